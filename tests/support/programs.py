"""Programs called in processes of their own, away from the checkout."""

import os
import site
import subprocess
import sys
import sysconfig
import venv


def call(command, cwd, **variables):
    """Run a program, and show all it said if it fails; what it printed."""
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "NEUROPLAST"))
    }
    answer = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, **variables},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert answer.returncode == 0, f"{command}\n{answer.stdout}\n{answer.stderr}"
    return answer.stdout


def environment(folder):
    """A new virtual environment that sees all packages of this one, editable ones too; its Python."""
    venv.create(folder, symlinks=True, with_pip=False)
    python = folder / "bin" / "python"
    asked = "import site; print(site.getsitepackages()[0])"
    here = call([python, "-c", asked], folder).strip()
    others = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()}
    # unlike a plain path, addsitedir reads path files there, such as those of editable installs
    lines = [f"import site; site.addsitedir({path!r})" for path in sorted(others)]
    (folder / here / "others.pth").write_text("\n".join(lines) + "\n")
    return python


def pip(python, *words):
    """Call this environment's pip for another one, without the network."""
    call([sys.executable, "-m", "pip", "--python", python, *words], python.parent)
