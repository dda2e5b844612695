"""The kit's checks of geometries, on a convolution of the tests' own and on ways to get it wrong."""

from typing import ClassVar

import pytest
import torch
import torch.nn.functional as F
from support.asking import catch, hold, hold_all, skip
from torch.nn.grad import conv2d_weight

from neuroplast import ConfigurationError, Synapse
from neuroplast.registry import Registry
from neuroplast.testing import Subject, SynapseClaims
from neuroplast.testing.checks.synapses import further, settings

SHAPES = "has the shapes that follow from what each neuron sees"
PATCHES = "shows as patches what each neuron sees"
DRIVE = "drives each neuron by what it sees"
SUMS = "sums post times pre over what each neuron sees"
REFERENCE = "agrees with the reference lowering"
ADJOINT = "has an outer product that is the gradient of its drive"
FLOAT32 = "computes in float32 what it does in float64"
ORDER = "does not depend on the memory order of what it is given"
ARRANGE = "arranges weights without changing a value"
HANDS = "leaves alone what it is handed, and gives new tensors"
REFUSES = "refuses a shape that does not fit, or works on it"


class Windows(Synapse):
    """u[b, o, r, q] = Σ w[o, c, i, j] x[b, c, s r + i - p, s q + j - p], zeros outside, channels in groups."""

    kind: ClassVar[str] = "windows"
    neurons: int = 4
    kernel: int = 2
    stride: int = 2
    padding: int = 1
    groups: int = 2

    def weight_shape(self, input_shape):
        channels = self._image(input_shape)[0]
        if channels % self.groups or self.neurons % self.groups:
            raise ConfigurationError(f"windows: {channels} channels in {self.groups} groups")
        return self.neurons, channels // self.groups, self.kernel, self.kernel

    def output_shape(self, input_shape):
        sides = [s + 2 * self.padding - self.kernel for s in self._image(input_shape)[1:]]
        if min(sides) < 0:
            raise ConfigurationError("windows: too small an image")
        return self.neurons, *(side // self.stride + 1 for side in sides)

    def prepare(self, x):
        return F.pad(x, [self.padding] * 4)

    def drive(self, x, w):
        return F.conv2d(x, w, None, self.stride, 0, 1, self.groups)

    def outer(self, post, pre, w):
        return conv2d_weight(pre, w.shape, post, self.stride, 0, 1, self.groups)

    def patches(self, x):
        fields = F.unfold(x, self.kernel, 1, 0, self.stride)
        return fields.view(len(x), self.groups, -1, fields.shape[-1]).permute(0, 3, 1, 2)

    def positions(self, x, w):
        return tuple((side - self.kernel) // self.stride + 1 for side in x.shape[2:])

    def _image(self, shape):
        if len(shape) != 3:
            raise ConfigurationError(f"windows: needs images, found {shape}")
        return shape


class WindowsClaims(SynapseClaims):
    of = "windows"
    shapes = ((4, 5, 4),)

    def positions(self, synapse, shape):
        return tuple(
            (n + 2 * synapse.padding - synapse.kernel) // synapse.stride + 1 for n in shape[1:]
        )

    def neurons(self, synapse, shape):
        return synapse.neurons

    def sees(self, synapse, shape, neuron, position):
        channels = shape[0] // synapse.groups
        first = neuron * synapse.groups // synapse.neurons * channels
        found = []
        for c in range(first, first + channels):
            for i in range(synapse.kernel):
                for j in range(synapse.kernel):
                    row = synapse.stride * position[0] + i - synapse.padding
                    column = synapse.stride * position[1] + j - synapse.padding
                    inside = 0 <= row < shape[1] and 0 <= column < shape[2]
                    found.append((c, row, column) if inside else None)
        return found


class Full(Synapse):
    """u = x wᵀ."""

    kind: ClassVar[str] = "full"

    def weight_shape(self, input_shape):
        return 3, torch.Size(input_shape).numel()

    def output_shape(self, input_shape):
        return (3,)

    def prepare(self, x):
        return x.flatten(1)

    def drive(self, x, w):
        return x @ w.T

    def outer(self, post, pre, w):
        return post.T @ pre

    def patches(self, x):
        return x[:, None, None, :]

    def positions(self, x, w):
        return ()


class FullClaims(SynapseClaims):
    of = "full"
    cases = ({}, {})
    shapes = ((5,), (2, 3))

    def positions(self, synapse, shape):
        return ()

    def neurons(self, synapse, shape):
        return 3

    def sees(self, synapse, shape, neuron, position):
        if len(shape) == 1:
            return [(j,) for j in range(shape[0])]
        return [(i, j) for i in range(shape[0]) for j in range(shape[1])]


CLAIMS = WindowsClaims()


@pytest.mark.parametrize(("part", "claims"), [(Windows(), CLAIMS), (Full(), FullClaims())])
def test_sound_geometries_pass_everything(part, claims):
    hold_all(part, "synapses", claims)


def test_without_claims_the_lowering_is_still_held():
    hold_all(Windows(), "synapses", but=(SHAPES, PATCHES, DRIVE, SUMS))
    assert "state its formula" in skip(Windows(), DRIVE)


def test_claimed_shapes_and_larger_ones_are_tried():
    tried = [s.shape for s in settings(Subject(Windows(), {}, CLAIMS, Registry()))]
    assert tried == [(4, 5, 4), (4, 5, 5), (4, 7, 5), (24, 2, 2), (24, 3, 3)]
    assert list(further((5,))) == [(6,)]


def windows(**methods):
    return type("Broken", (Windows,), methods)()


def padded_twice(self, x, w):
    return F.conv2d(F.pad(x, [1] * 4), w, None, self.stride, 0, 1, self.groups)


def stride_ignored(self, x, w):
    u = F.conv2d(x, w, None, 1, 0, 1, self.groups)
    rows, columns = self.positions(x, w)
    return u[:, :, :rows, :columns]


def groups_swapped(self, x, w):
    halves = x.chunk(2, 1)
    return F.conv2d(torch.cat(halves[::-1], 1), w, None, self.stride, 0, 1, self.groups)


def kernel_turned(self, x, w):
    return F.conv2d(x, w.transpose(2, 3), None, self.stride, 0, 1, self.groups)


def flipped(self, x, w):
    return F.conv2d(x, w.flip(2, 3), None, self.stride, 0, 1, self.groups)


@pytest.mark.parametrize(
    "drive", [padded_twice, stride_ignored, groups_swapped, kernel_turned, flipped]
)
def test_a_wrong_drive_is_caught(drive):
    part = windows(drive=drive)
    for name in (DRIVE, REFERENCE, ADJOINT):
        catch(part, name, CLAIMS)


def mean_over_positions(self, post, pre, w):
    return conv2d_weight(pre, w.shape, post / post[0, 0].numel(), self.stride, 0, 1, self.groups)


def mean_over_stimuli(self, post, pre, w):
    return Windows.outer(self, post, pre, w) / len(post)


def first_stimulus(self, post, pre, w):
    return Windows.outer(self, post[:1], pre[:1], w)


def positions_turned(self, post, pre, w):
    return Windows.outer(self, post.flip(2), pre, w)


@pytest.mark.parametrize(
    "outer", [mean_over_positions, mean_over_stimuli, first_stimulus, positions_turned]
)
def test_a_wrong_outer_product_is_caught(outer):
    part = windows(outer=outer)
    for name in (SUMS, REFERENCE, ADJOINT):
        catch(part, name, CLAIMS)
    hold(part, DRIVE, CLAIMS)


def test_a_wrong_sum_in_place_is_caught():
    def overwriting(self, w, post, pre):
        w.copy_(self.outer(post, pre, w))

    assert "add_outer" in catch(windows(add_outer=overwriting), SUMS, CLAIMS)


def zeros_inside(self, x):
    """Pads by what lies at the border instead of zeros."""
    return F.pad(x, [self.padding] * 4, mode="replicate")


def not_padded_below(self, x):
    return F.pad(x, [self.padding, self.padding + 1, self.padding, self.padding + 1])


def prepared_twice(self, x):
    return Windows.prepare(self, Windows.prepare(self, x))


def transposed(self, x):
    return Windows.prepare(self, x).transpose(2, 3)


@pytest.mark.parametrize("prepare", [zeros_inside, prepared_twice, transposed])
def test_wrong_padding_is_caught(prepare):
    part = windows(prepare=prepare)
    for name in (DRIVE, PATCHES, SUMS):
        with pytest.raises(Exception):  # noqa: B017, PT011  (a Violation, or torch's own where shapes differ)
            hold(part, name, CLAIMS)
    assert prepare is zeros_inside or catch(part, SHAPES, CLAIMS)


def test_a_pixel_too_many_at_the_end_is_caught():
    """On an odd side, with stride 2, it makes one position more."""
    assert "positions" in catch(windows(prepare=not_padded_below), SHAPES, CLAIMS)


def test_patches_in_another_order_are_caught():
    def by_channel_last(self, x):
        found = Windows.patches(self, x)
        return found.unflatten(3, (-1, 4)).transpose(3, 4).flatten(3)

    part = windows(patches=by_channel_last)
    assert "patches" in catch(part, PATCHES, CLAIMS)
    catch(part, REFERENCE, CLAIMS)


def test_a_wrong_shape_of_the_response_is_caught():
    def one_more(self, input_shape):
        neurons, rows, columns = Windows.output_shape(self, input_shape)
        return neurons, rows + 1, columns

    assert "output_shape" in catch(windows(output_shape=one_more), SHAPES, CLAIMS)
    assert "neither refused" in catch(windows(output_shape=one_more), REFUSES)

    said = catch(type("Broken", (Full,), {"drive": lambda self, x, w: (x @ w.T)[:, :2]})(), REFUSES)
    assert "output_shape is (3,), and the drive has (2,)" in said


def test_a_wrong_fan_in_is_caught():
    assert "fan_in" in catch(windows(fan_in=lambda self, shape: shape[0]), SHAPES, CLAIMS)


def test_a_wide_or_coarse_result_is_caught():
    def wide(self, x, w):
        return Windows.drive(self, x.double(), w.double())

    def coarse(self, x, w):
        return Windows.drive(self, x, w.bfloat16().to(w.dtype))

    assert "dtype" in catch(windows(drive=wide), FLOAT32, CLAIMS)

    def coarse_in_float32(self, x, w):
        return coarse(self, x, w) if w.dtype == torch.float32 else Windows.drive(self, x, w)

    assert "in float32" in catch(windows(drive=coarse_in_float32), FLOAT32, CLAIMS)


def test_reading_memory_instead_of_indices_is_caught():
    def by_memory(self, x, w):
        flat = torch.as_strided(w, w.shape, torch.empty(w.shape).stride())
        return Windows.drive(self, x, flat)

    hold(windows(drive=by_memory), DRIVE, CLAIMS)
    assert "drive" in catch(windows(drive=by_memory), ORDER, CLAIMS)


def test_another_layout_that_raises_is_caught():
    """What the kit then says is the error itself."""

    class Viewing(Full):
        def prepare(self, x):
            return x.view(len(x), -1)

    with pytest.raises(RuntimeError, match="view"):
        hold(Viewing(), ORDER)


def test_arranging_that_changes_weights_is_caught():
    part = windows(arrange=lambda self, w: w.transpose(2, 3).contiguous())
    assert "arrange" in catch(part, ARRANGE, CLAIMS)
    assert "changed w" in catch(windows(arrange=lambda self, w: w.mul_(2)), ARRANGE, CLAIMS)


def test_work_in_place_on_what_was_handed_is_caught():
    part = windows(prepare=lambda self, x: F.pad(x.clamp_(-1, 1), [1] * 4))
    assert "changed raw" in catch(part, HANDS, CLAIMS)


def test_a_sum_that_is_the_weights_themselves_is_caught():
    def into_w(self, post, pre, w):
        return w

    assert "new tensor" in catch(windows(outer=into_w), HANDS, CLAIMS)


def test_a_shape_that_is_neither_refused_nor_taken_is_caught():
    def unasked(self, shape):
        return shape[-3:]

    assert "neither refused" in catch(windows(_image=unasked), REFUSES)

    def refusing(self, shape):
        raise ValueError("no image")

    assert "ValueError" in catch(windows(_image=refusing), REFUSES)


def test_parameters_that_do_not_fit_each_other_are_caught():
    """Two groups divide 4 channels and 4 neurons; with one neuron more, torch would be the first to say so."""

    def channels_only(self, input_shape):
        channels = self._image(input_shape)[0]
        if channels % self.groups:
            raise ConfigurationError("windows: groups")
        return self.neurons, channels // self.groups, self.kernel, self.kernel

    said = catch(windows(weight_shape=channels_only), REFUSES)
    assert "neurons=5" in said
    assert "RuntimeError" in said


def test_refusing_every_shape_that_is_tried_leaves_nothing_to_ask():
    class Picky(Full):
        def weight_shape(self, input_shape):
            raise ConfigurationError("no")

    assert "none tried fits" in skip(Picky(), ADJOINT)
