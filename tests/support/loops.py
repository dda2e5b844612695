"""Geometries spelled out as scalar loops in float64, without a line of the code under test.

A synapse's class attributes and parameters are read, its methods never called.
"""

import itertools

import numpy as np
import torch

BORDERS = {"reflect": "reflect", "zeros": "constant", "replicate": "edge", "circular": "wrap"}


def array(tensor):
    """A tensor as a float64 array."""
    return tensor.detach().cpu().double().contiguous().numpy()


def padded(synapse, x):
    """The raw input as the synapse should pad it; a dense one flattens."""
    x = array(x)
    if synapse.kind == "dense":
        return x.reshape(len(x), -1)
    same = synapse.dilation * (synapse.kernel - 1) // 2
    p = same if synapse.padding == "same" else synapse.padding
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode=BORDERS[synapse.border])


def fields(synapse, x, neurons):
    """What every neuron sees at every position: (batch, neurons, positions, fan-in).

    x: the padded input, as an array. The fan-in is in the order of w's axes.
    """
    if synapse.kind == "dense":
        return np.stack([x] * neurons, axis=1)[:, :, None, :]
    batch, channels, height, width = x.shape
    k, s, d = synapse.kernel, synapse.stride, synapse.dilation
    groups = channels if synapse.kind == "depthwise" else synapse.groups
    seen, share = channels // groups, neurons // groups
    tops = [t for t in range(0, height, s) if t + d * (k - 1) < height]
    lefts = [t for t in range(0, width, s) if t + d * (k - 1) < width]
    out = np.zeros((batch, neurons, len(tops) * len(lefts), seen * k * k))
    for b, o in itertools.product(range(batch), range(neurons)):
        first = (o // share) * seen
        for t, (top, left) in enumerate(itertools.product(tops, lefts)):
            for n, (c, i, j) in enumerate(itertools.product(range(seen), range(k), range(k))):
                out[b, o, t, n] = x[b, first + c, top + d * i, left + d * j]
    return out


def sites(post):
    """Every stimulus, neuron and position of an array (batch, neurons, positions)."""
    return itertools.product(*(range(n) for n in post.shape))


def drive(seen, w):
    """u[b, i, t] = Σ_j w[i, j] field[b, i, t, j], as (batch, neurons, positions)."""
    w = array(w).reshape(seen.shape[1], -1)
    u = np.zeros(seen.shape[:3])
    for b, i, t in sites(u):
        for j in range(w.shape[1]):
            u[b, i, t] += w[i, j] * seen[b, i, t, j]
    return u


def change(seen, at_one_site):
    """Σ over stimuli and positions of `at_one_site(b, i, t, field)`, as (neurons, fan-in)."""
    dw = np.zeros((seen.shape[1], seen.shape[3]))
    for b, i, t in sites(seen[..., 0]):
        dw[i] += at_one_site(b, i, t, seen[b, i, t])
    return torch.from_numpy(dw)


def flat(post):
    """An activity as an array (batch, neurons, positions)."""
    post = array(post)
    return post.reshape(post.shape[0], post.shape[1], -1)
