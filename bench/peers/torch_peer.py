"""The rivals' side of the learning, streaming and sequence suites: idiomatic torch, one process, told by lines what to run.

    case LAYER KIND HIDDEN THREADS  ->  ready
    run N                           ->  seconds that N calls took

Kinds:
    learn        forward over [32, 32, 8], squared error to a random target, backward, clipping, Adam
    stream       one row, one slice, without gradients
    window       forward and backward over [16, 64, 64], all gradients
    wide-stream  stream with 64 inputs
    scan         s6: forward and backward of the selective scan over [8, 512, hidden], 16 states
    mamba-step   mamba: one slice of one stream through a block, without gradients
"""

import math
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    print("absent", flush=True)
    sys.exit()

BATCH, TIME, INPUTS, UNFOLDS = 32, 32, 8, 6


class CfC(nn.Module):
    """Closed-form continuous-time cell, default mode, one backbone layer; the four heads are one product."""

    def __init__(self, inputs, hidden, backbone=128):
        super().__init__()
        self.hidden = hidden
        self.backbone = nn.Linear(inputs + hidden, backbone)
        self.heads = nn.Linear(backbone, 4 * hidden)

    def step(self, x, h):
        z = 1.7159 * torch.tanh(0.666 * self.backbone(torch.cat((x, h), 1)))
        f1, f2, a, b = self.heads(z).chunk(4, 1)
        gate = torch.sigmoid(a + b)
        return torch.tanh(f1) * (1 - gate) + gate * torch.tanh(f2)

    def start(self, rows):
        return torch.zeros(rows, self.hidden)

    def forward(self, x):
        h = self.start(x.shape[0])
        outputs = []
        for t in range(x.shape[1]):
            h = self.step(x[:, t], h)
            outputs.append(h)
        return torch.stack(outputs, 1)


class LTC(nn.Module):
    """Liquid time-constant cell with the fused semi-implicit solver; masks multiply synapses away."""

    def __init__(self, inputs, hidden, mask=None, sensory_mask=None):
        super().__init__()
        self.hidden = hidden
        self.sensory = nn.ParameterDict(self.synapses(inputs, hidden))
        self.recurrent = nn.ParameterDict(self.synapses(hidden, hidden))
        self.leak = nn.Parameter(torch.rand(hidden))
        self.rest = nn.Parameter(torch.rand(hidden) * 0.4 - 0.2)
        self.capacity = nn.Parameter(torch.rand(hidden) * 0.2 + 0.4)
        self.register_buffer("mask", mask)
        self.register_buffer("sensory_mask", sensory_mask)

    @staticmethod
    def synapses(sources, targets):
        return {
            "w": nn.Parameter(torch.rand(sources, targets)),
            "mu": nn.Parameter(torch.rand(sources, targets) * 0.5 + 0.3),
            "sigma": nn.Parameter(torch.rand(sources, targets) * 5 + 3),
            "erev": nn.Parameter(torch.randint(0, 2, (sources, targets)) * 2.0 - 1),
        }

    @staticmethod
    def currents(v, synapses, w):
        open_share = w * torch.sigmoid(synapses["sigma"] * (v.unsqueeze(2) - synapses["mu"]))
        return (open_share * synapses["erev"]).sum(1), open_share.sum(1)

    def weights(self):
        w, sensory = self.recurrent["w"], self.sensory["w"]
        return (w, sensory) if self.mask is None else (w * self.mask, sensory * self.sensory_mask)

    def step(self, x, v, weights=None):
        w, sensory = weights or self.weights()
        flow, conductance = self.currents(x, self.sensory, sensory)
        capacity = self.capacity * UNFOLDS
        flow = flow + self.leak * self.rest
        conductance = conductance + capacity + self.leak + 1e-8
        for _ in range(UNFOLDS):
            numerator, denominator = self.currents(v, self.recurrent, w)
            v = (capacity * v + flow + numerator) / (conductance + denominator)
        return v

    def start(self, rows):
        return torch.zeros(rows, self.hidden)

    def forward(self, x):
        v = self.start(x.shape[0])
        weights = self.weights()
        outputs = []
        for t in range(x.shape[1]):
            v = self.step(x[:, t], v, weights)
            outputs.append(v)
        return torch.stack(outputs, 1)

    def constrain(self):
        with torch.no_grad():
            for p in (self.recurrent["w"], self.sensory["w"], self.leak, self.capacity):
                p.clamp_(min=0)


class SLSTM(nn.Module):
    """Scalar LSTM with exponential gates and a stabiliser that is not differentiated; the inputs' product is one for the window."""

    def __init__(self, inputs, hidden):
        super().__init__()
        self.hidden = hidden
        self.inputs = nn.Linear(inputs, 4 * hidden)
        self.recurrent = nn.Linear(hidden, 4 * hidden, bias=False)

    def start(self, rows):
        return (torch.zeros(rows, self.hidden),) * 3 + (torch.full((rows, self.hidden), -1e30),)

    def advance(self, a, state):
        h, c, n, m = state
        i, f, z, o = (a + self.recurrent(h)).chunk(4, 1)
        past = m + F.logsigmoid(f)
        m = torch.maximum(i, past).detach()
        taken, kept = torch.exp(i - m), torch.exp(past - m)
        c = kept * c + taken * torch.tanh(z)
        n = kept * n + taken
        return torch.sigmoid(o) * c / n, c, n, m

    def step(self, x, state):
        return self.advance(self.inputs(x), state)

    def forward(self, x):
        a = self.inputs(x)
        state = self.start(x.shape[0])
        outputs = []
        for t in range(x.shape[1]):
            state = self.advance(a[:, t], state)
            outputs.append(state[0])
        return torch.stack(outputs, 1)


def ncp_masks(inputs, hidden):
    """Half the synapses: inputs to inter neurons, inter to command, command among themselves, command to motor."""
    motor = max(1, hidden // 8)
    command = max(1, math.floor((hidden - motor) * 0.4))
    inter = hidden - motor - command
    motors, commands, inters = range(motor), range(motor, motor + command), range(motor + command, hidden)
    mask, sensory = torch.zeros(hidden, hidden), torch.zeros(inputs, hidden)

    def connect(target, sources, destinations, fanout):
        destinations = torch.tensor(list(destinations))
        for i in sources:
            target[i, destinations[torch.randperm(len(destinations))[:fanout]]] = 1

    connect(sensory, range(inputs), inters, max(1, inter // 2))
    connect(mask, inters, commands, max(1, command // 2))
    connect(mask, commands, commands, command)
    connect(mask, commands, motors, max(1, motor // 2))
    return mask, sensory


def build(layer, hidden, inputs=INPUTS):
    if layer == "lstm":
        return nn.LSTM(inputs, hidden, batch_first=True)
    if layer == "gru":
        return nn.GRU(INPUTS, hidden, batch_first=True)
    if layer == "slstm":
        return SLSTM(inputs, hidden)
    if layer == "cfc":
        return CfC(INPUTS, hidden)
    if layer == "ltc":
        return LTC(INPUTS, hidden)
    if layer == "ltc-ncp":
        return LTC(INPUTS, hidden, *ncp_masks(INPUTS, hidden))
    raise ValueError(f"unknown layer {layer}")


def learning_step(layer, hidden):
    model = build(layer, hidden)
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    x = torch.randn(BATCH, TIME, INPUTS)
    target = torch.randn(BATCH, TIME, hidden)
    recurrent = isinstance(model, nn.RNNBase)

    def call():
        adam.zero_grad(set_to_none=True)
        outputs = model(x)[0] if recurrent else model(x)
        F.mse_loss(outputs, target).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        if isinstance(model, LTC):
            model.constrain()

    return call


def window(layer, hidden, rows=16, steps=64, inputs=64):
    model = build(layer, hidden, inputs)
    x = torch.randn(rows, steps, inputs, requires_grad=True)
    gradient = torch.randn(rows, steps, hidden)
    recurrent = isinstance(model, nn.RNNBase)

    def call():
        model.zero_grad(set_to_none=True)
        x.grad = None
        outputs = model(x)[0] if recurrent else model(x)
        outputs.backward(gradient)

    return call


def chunked_attention(layer, steps, heads=4, size=64, chunk=64):
    """Forward and reverse of linear attention in chunks (the fastest size here), as public reference code writes it; retention decays by head."""
    q, k, v = (torch.randn(1, heads, steps, size, requires_grad=True) for _ in range(3))
    gradient = torch.randn(1, heads, steps, size)
    log_decay = torch.log(1 - 2.0 ** (-5 - torch.arange(heads)))[:, None]
    place = torch.arange(chunk)

    def linear(q, k, v):
        kv = (k.transpose(-1, -2) @ v).cumsum(2)
        kv = torch.cat([torch.zeros_like(kv[:, :, :1]), kv[:, :, :-1]], 2)
        mask = torch.triu(torch.ones(chunk, chunk, dtype=torch.bool), 1)
        return q @ kv + (q @ k.transpose(-1, -2)).masked_fill(mask, 0) @ v

    def retention(q, k, v):
        lag = place[:, None] - place[None, :]
        mask = torch.exp(log_decay[:, :, None] * lag).masked_fill(lag < 0, 0)[None, :, None]
        kv = (k * torch.exp(log_decay * (chunk - 1 - place))[None, :, None, :, None]).transpose(-1, -2) @ v
        state, states = torch.zeros_like(kv[:, :, 0]), []
        decay = torch.exp(log_decay * chunk)[None, :, :, None]
        for n in range(kv.shape[2]):
            states.append(state)
            state = decay * state + kv[:, :, n]
        inter = (q * torch.exp(log_decay * (place + 1))[None, :, None, :, None]) @ torch.stack(states, 2)
        return inter + (q @ k.transpose(-1, -2) * mask) @ v

    forward = linear if layer == "linattn" else retention

    def call():
        q.grad = k.grad = v.grad = None
        scaled, keys, values = (x.unflatten(2, (-1, chunk)) for x in (q * size**-0.5, k, v))
        forward(scaled, keys, values).flatten(2, 3).backward(gradient)

    return call


def streaming_step(layer, hidden, inputs=INPUTS):
    x = torch.randn(1, inputs)
    if layer in ("lstm", "gru"):
        cell = nn.LSTMCell(inputs, hidden) if layer == "lstm" else nn.GRUCell(inputs, hidden)
        state = (torch.zeros(1, hidden), torch.zeros(1, hidden)) if layer == "lstm" else torch.zeros(1, hidden)
        step = cell
    else:
        cell = build(layer, hidden, inputs)
        state = cell.start(1)
        # A model that only streams masks its weights once.
        weights = cell.weights() if isinstance(cell, LTC) else None
        step = (lambda x, v: cell.step(x, v, weights)) if weights else cell.step

    def call():
        nonlocal state
        with torch.no_grad():
            state = step(x, state)

    return call


def attend(q, k, v, mask):
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    return torch.softmax(scores + mask, -1) @ v


def band(queries, keys, window):
    """0 where a query sees a key, else -inf; the last query stands beside the last key."""
    age = torch.arange(keys - queries, keys)[:, None] - torch.arange(keys)[None, :]
    return torch.zeros(queries, keys).masked_fill((age < 0) | (age >= window), -math.inf)


def attention(layer, window, heads=4, width=64):
    """Layer FORM:ROWS:STEPS, form "band" (all scores, masked) or "chunks" (of as many queries as the window has keys)."""
    form, rows, steps = layer.split(":")
    rows, steps = int(rows), int(steps)
    q, k, v = (torch.randn(rows, heads, steps, width, requires_grad=True) for _ in range(3))
    gradient = torch.randn(rows, heads, steps, width)
    ends = [steps] if form == "band" else range(window, steps + 1, window)
    parts = []
    for end in ends:
        first = 0 if form == "band" else end - window
        oldest = 0 if form == "band" else max(0, first - window + 1)
        parts.append((slice(first, end), slice(oldest, end), band(end - first, end - oldest, window)))

    def call():
        q.grad = k.grad = v.grad = None
        outputs = [attend(q[:, :, i], k[:, :, j], v[:, :, j], mask) for i, j, mask in parts]
        torch.cat(outputs, 2).backward(gradient)

    return call


def selective_scan(u, delta, a, b, c, skip, bias):
    """The scan's published reference: all factors and drives at once, then the recurrence slice by slice. [B, D, T] and [B, N, T].

    Unbound, not indexed: the backward of an index fills a whole tensor for every slice, which takes 50 times as long.
    """
    delta = F.softplus(delta + bias[:, None])
    factors = torch.exp(torch.einsum("bdt,dn->bdtn", delta, a))
    drives = torch.einsum("bdt,bnt,bdt->bdtn", delta, b, u)
    h = torch.zeros(u.shape[0], u.shape[1], a.shape[1])
    outputs = []
    for factor, drive, read in zip(factors.unbind(2), drives.unbind(2), c.unbind(2)):
        h = factor * h + drive
        outputs.append(torch.einsum("bdn,bn->bd", h, read))
    return torch.stack(outputs, 2) + u * skip[:, None]


def scan(layer, hidden, rows=8, steps=512, states=16):
    u, delta = torch.randn(rows, hidden, steps), torch.randn(rows, hidden, steps)
    b, c = torch.randn(rows, states, steps), torch.randn(rows, states, steps)
    a = -torch.arange(1.0, states + 1).repeat(hidden, 1)
    given = [u, delta, a, b, c, torch.ones(hidden), torch.full((hidden,), -4.0)]
    for tensor in given:
        tensor.requires_grad_()
    gradient = torch.randn(rows, hidden, steps)

    def call():
        for tensor in given:
            tensor.grad = None
        selective_scan(*given).backward(gradient)

    return call


def attention_step(layer, window, heads=4, width=64):
    keys, values = torch.randn(heads, window, width), torch.randn(heads, window, width)
    q, k, v = (torch.randn(heads, 1, width) for _ in range(3))
    place = 0

    def call():
        nonlocal place
        with torch.no_grad():
            keys[:, place], values[:, place] = k[:, 0], v[:, 0]
            place = (place + 1) % window
            torch.softmax(q @ keys.transpose(-1, -2) / math.sqrt(width), -1) @ values

    return call


def mamba_step(layer, hidden, states=16, width=4, expand=2):
    inner, rank = expand * hidden, math.ceil(hidden / 16)
    w_in, w_out = torch.randn(2 * inner, hidden) / hidden**0.5, torch.randn(hidden, inner) / inner**0.5
    w_x, w_dt = torch.randn(rank + 2 * states, inner) / inner**0.5, torch.randn(inner, rank) / rank**0.5
    taps, tap_bias = torch.randn(inner, width) / 2, torch.zeros(inner)
    a = -torch.arange(1.0, states + 1).repeat(inner, 1)
    skip, delta_bias = torch.ones(inner), torch.full((inner,), -4.0)
    x = torch.randn(1, hidden)
    window, h = torch.zeros(1, inner, width), torch.zeros(1, inner, states)

    @torch.inference_mode()
    def call():
        xi, z = F.linear(x, w_in).chunk(2, 1)
        window.copy_(torch.roll(window, -1, 2))
        window[:, :, -1] = xi
        s = F.silu((window * taps).sum(2) + tap_bias)
        r, b, c = F.linear(s, w_x).split((rank, states, states), 1)
        delta = F.softplus(F.linear(r, w_dt, delta_bias))
        h.mul_(torch.exp(delta.unsqueeze(2) * a)).addcmul_((delta * s).unsqueeze(2), b.unsqueeze(1))
        y = torch.bmm(h, c.unsqueeze(2)).squeeze(2).addcmul_(skip, s)
        return F.linear(y.mul_(F.silu(z)), w_out)

    return call


KINDS = {
    "attention": attention,
    "attention-step": attention_step,
    "learn": learning_step,
    "stream": streaming_step,
    "window": window,
    "chunked": chunked_attention,
    "scan": scan,
    "mamba-step": mamba_step,
    "wide-stream": lambda layer, hidden: streaming_step(layer, hidden, inputs=64),
}


def main():
    torch.manual_seed(1)
    print(f"torch {torch.__version__}", flush=True)
    call = None
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] == "case":
                layer, kind, hidden, threads = words[1], words[2], int(words[3]), int(words[4])
                torch.set_num_threads(threads)
                call = KINDS[kind](layer, hidden)
                print("ready", flush=True)
            else:
                begin = time.perf_counter()
                for _ in range(int(words[1])):
                    call()
                print(repr(time.perf_counter() - begin), flush=True)
        except Exception as error:
            print(f"error {error}", flush=True)


if __name__ == "__main__":
    main()
