"""Wrong readings of single rules, each a patch of tests/spec/akashi_exact that looks harmless.

Each is something that an implementation might do, and that engines in fact do. A mutant is its rule, what it
does, and what it puts in the place of which functions.
"""
from decimal import Decimal

import numpy as np

from akashi_exact import binary32, functions, reals, records, rope, steps
from akashi_exact.binary32 import F32, fma, from_bits
from akashi_exact.families import bert, gemma, gpt_neox, llama, moe, olmo, stablelm

MUTANTS = []  # (rule, what it does, [(module, name, replacement)], the golden file to ask first or None)
FMA_USERS = (binary32, functions, steps)
TRUE = {name: getattr(module, name) for module, name in (
    (binary32, "chain"), (binary32, "over_lanes"), (binary32, "tree"), (functions, "exp"), (functions, "softmax"),
    (steps, "attention"), (steps, "rotate"), (steps, "root_scale"), (records, "largest"))}

TRUE_FACTOR = rope.Rope.attention_factor


def mutant(rule, does, *places, ask=None):
    """Decorate the replacement of each of the places, (module, name)."""
    def add(replacement):
        MUTANTS.append((rule, does, [(module, name, replacement) for module, name in places], ask))
        return replacement
    return add


# Rules 1 to 3

@mutant(1, "flushes subnormal results of the fused operation", *((module, "fma") for module in FMA_USERS))
def flushed(a, b, c):
    y = fma(a, b, c)
    return np.where(np.abs(y) < from_bits(0x00800000), np.copysign(F32(0), y), y)


@mutant(1, "rounds products before the sum", *((module, "fma") for module in FMA_USERS))
def unfused(a, b, c):
    return a * b + c


@mutant(2, "reads subnormal weights as zero", (binary32, "chain"))
def flushed_weights(x, w):
    return TRUE["chain"](x, np.where(np.abs(w) < from_bits(0x00800000), F32(0), w))


@mutant(3, "rounds products before the sum, in linear maps only", (binary32, "chain"))
def unfused_chain(x, w):
    sums = np.zeros((x.shape[0], w.shape[0]), np.float32)
    for k in range(x.shape[1]):
        sums = x[:, k, None] * w[None, :, k] + sums
    return sums


@mutant(3, "starts the chain with the bias", (binary32, "linear"), ask="gpt2-relu")
def bias_first(x, w, bias=None):
    sums = np.zeros((x.shape[0], w.shape[0]), np.float32) if bias is None else np.tile(bias, (x.shape[0], 1))
    for k in range(x.shape[1]):
        sums = fma(x[:, k, None], w[None, :, k], sums)
    return sums


@mutant(3, "starts the chain with the first product", (binary32, "chain"))
def first_product(x, w):
    sums = x[:, 0, None] * w[None, :, 0]
    for k in range(1, x.shape[1]):
        sums = fma(x[:, k, None], w[None, :, k], sums)
    return sums


@mutant(3, "runs k from the end", (binary32, "chain"))
def backwards(x, w):
    return TRUE["chain"](x[:, ::-1], w[:, ::-1])


@mutant(3, "splits k in two", (binary32, "chain"))
def split(x, w):
    half = x.shape[1] // 2
    return TRUE["chain"](x[:, :half], w[:, :half]) + TRUE["chain"](x[:, half:], w[:, half:])


@mutant(3, "pads k with zeros to a multiple of 8", (binary32, "chain"), ask="llama-rope-yarn-given")
def padded(x, w):
    more = ((0, 0), (0, -x.shape[1] % 8))
    return TRUE["chain"](np.pad(x, more), np.pad(w, more))


@mutant(3, "sums in binary64 and rounds once", (binary32, "chain"))
def binary64(x, w):
    return (x.astype(np.float64) @ w.astype(np.float64).T).astype(np.float32)


@mutant(3, "rounds x to bf16 before the product", (binary32, "chain"))
def bf16_inputs(x, w):
    bits = binary32.to_bits(x)
    bits = (bits + 0x7fff + ((bits >> 16) & 1)) & np.uint32(0xffff0000)
    return TRUE["chain"](bits.view(np.float32), w)


# Rule 4

@mutant(4, "sums in one lane", (binary32, "lane_sum"))
def one_lane(x):
    total = np.zeros(x.shape[:-1], np.float32)
    for i in range(x.shape[-1]):
        total = total + x[..., i]
    return total


@mutant(4, "sums squares without fusing", (binary32, "lane_sum_of_squares"))
def unfused_squares(x):
    return binary32.lane_sum(x * x)


@mutant(4, "sums squares in one lane", (binary32, "lane_sum_of_squares"))
def one_lane_squares(x):
    total = np.zeros(x.shape[:-1], np.float32)
    for i in range(x.shape[-1]):
        total = fma(x[..., i], x[..., i], total)
    return total


@mutant(4, "joins neighbouring lanes first", (binary32, "tree"))
def neighbours(lanes, join):
    while lanes.shape[-1] > 1:
        lanes = join(lanes[..., 0::2], lanes[..., 1::2])
    return lanes[..., 0]


@mutant(4, "takes 16 lanes", (binary32, "over_lanes"))
def sixteen(x, start, step, join):
    lanes = np.full(x.shape[:-1] + (32,), start, np.float32)
    for begin in range(0, x.shape[-1], 16):
        width = x[..., begin:begin + 16].shape[-1]
        lanes[..., :width] = step(lanes[..., :width], x[..., begin:begin + 16])
    return binary32.tree(lanes, join)


@mutant(4, "gives each lane neighbouring elements", (binary32, "over_lanes"))
def blocks(x, start, step, join):
    size = x.shape[-1]
    order = [i for lane in range(32) for i in range(lane, size, 32)]
    places = np.argsort(order, kind="stable")
    return TRUE["over_lanes"](x[..., places], start, step, join)


# Rule 5

@mutant(5, "RMSNorm multiplies by 1/D", (steps, "rms_norm"), ask="qwen2-tied")
def rms_reciprocal(x, gain, eps):
    r = F32(1) / np.sqrt(binary32.lane_sum_of_squares(x) * (F32(1) / F32(x.shape[-1])) + eps)
    return (x * r[..., None]) * gain


@mutant(5, "RMSNorm divides by the root", (steps, "rms_norm"), ask="qwen2-tied")
def rms_division(x, gain, eps):
    return (x / np.sqrt(binary32.lane_sum_of_squares(x) / F32(x.shape[-1]) + eps)[..., None]) * gain


@mutant(5, "RMSNorm multiplies the gain first", (steps, "rms_norm"), ask="qwen2-tied")
def rms_gain_first(x, gain, eps):
    r = F32(1) / np.sqrt(binary32.lane_sum_of_squares(x) / F32(x.shape[-1]) + eps)
    return x * (r[..., None] * gain)


@mutant(5, "RMSNorm adds eps to the root", (steps, "rms_norm"), ask="qwen2-tied")
def rms_eps_outside(x, gain, eps):
    r = F32(1) / (np.sqrt(binary32.lane_sum_of_squares(x) / F32(x.shape[-1])) + eps)
    return (x * r[..., None]) * gain


def layer_norm_by(variance, mean_of, last):
    def norm(x, gain, bias, eps):
        size = F32(x.shape[-1])
        d = x - mean_of(x, size)[..., None]
        r = F32(1) / np.sqrt(variance(x, d, size) + eps)
        return last(d, r[..., None], gain, bias)
    return norm


def true_mean(x, size):
    return binary32.lane_sum(x) / size


def true_variance(x, d, size):
    return binary32.lane_sum_of_squares(d) / size


def true_last(d, r, gain, bias):
    if gain is None:
        return d * r
    return (d * r) * gain if bias is None else fma(d * r, gain, bias)


mutant(5, "LayerNorm multiplies by 1/D", (steps, "layer_norm"))(layer_norm_by(
    lambda x, d, size: binary32.lane_sum_of_squares(d) * (F32(1) / size), true_mean, true_last))
mutant(5, "LayerNorm's mean multiplies by 1/D", (steps, "layer_norm"))(layer_norm_by(
    true_variance, lambda x, size: binary32.lane_sum(x) * (F32(1) / size), true_last))
mutant(5, "LayerNorm takes the mean square less the squared mean", (steps, "layer_norm"))(layer_norm_by(
    lambda x, d, size: binary32.lane_sum_of_squares(x) / size - true_mean(x, size) * true_mean(x, size), true_mean, true_last))
mutant(5, "LayerNorm adds the bias in a step of its own", (steps, "layer_norm"))(layer_norm_by(
    true_variance, true_mean,
    lambda d, r, gain, bias: (d * r) if gain is None else (d * r) * gain + (0 if bias is None else bias)))
mutant(5, "LayerNorm multiplies the gain first", (steps, "layer_norm"))(layer_norm_by(
    true_variance, true_mean,
    lambda d, r, gain, bias: (d * r) if gain is None else d * (r * gain) if bias is None else fma(d, r * gain, bias)))


# Rule 6

def attention_by(scored=None, mixed=None, first_of=None, group_of=None):
    """Attention with one part exchanged."""
    def attention(q, k, v, scale, causal=True, window=None, score_cap=None):
        length, heads, size = q.shape
        group = np.array([(group_of or (lambda h, H, G: h * G // H))(h, heads, k.shape[1]) for h in range(heads)])
        k, v = k[:, group], v[:, group]
        scores = scored(q, k, scale) if scored else plain_scores(q, k, scale)
        if score_cap is not None:
            scores = steps.cap(scores, score_cap)
        out = np.zeros_like(q)
        for t in range(length):
            last = t if causal else length - 1
            first = (first_of or (lambda t, window: max(0, t - window + 1) if window else 0))(t, window)
            out[t] = (mixed or plain_mix)(scores[:, t, first:last + 1], v[first:last + 1], first)
        return out
    return attention


def plain_scores(q, k, scale):
    scores = np.zeros((q.shape[1], q.shape[0], k.shape[0]), np.float32)
    for i in range(q.shape[2]):
        scores = fma(q[:, :, i].T[:, :, None], k[:, :, i].T[:, None, :], scores)
    return scores if scale is None else scores * scale


def plain_mix(scores, v, first):
    return weigh(functions.softmax(scores), v)


def weigh(p, v):
    sums = np.zeros((v.shape[1], v.shape[2]), np.float32)
    for j in range(len(v)):
        sums = fma(p[:, j, None], v[j], sums)
    return sums


def mix_backwards(scores, v, first):
    return weigh(functions.softmax(scores)[:, ::-1], v[::-1])


def mix_divided_last(scores, v, first):
    e = functions.exp(scores - binary32.maximum(scores)[:, None])
    return weigh(e, v) / binary32.lane_sum(e)[:, None]


def mix_reciprocal(scores, v, first):
    e = functions.exp(scores - binary32.maximum(scores)[:, None])
    return weigh(e * (F32(1) / binary32.lane_sum(e))[:, None], v)


def mix_online(scores, v, first):
    most, total = scores[:, 0], np.ones(len(scores), np.float32)
    sums = v[0].copy()
    for j in range(1, len(v)):
        more = np.where(scores[:, j] > most, scores[:, j], most)
        fade, e = functions.exp(most - more), functions.exp(scores[:, j] - more)
        total, sums, most = fma(total, fade, e), fma(e[:, None], v[j], sums * fade[:, None]), more
    return sums / total[:, None]


def mix_unshifted(scores, v, first):
    e = functions.exp(scores)
    return weigh(e / binary32.lane_sum(e)[:, None], v)


def divided(q, k, scale):
    return plain_scores(q, k, None) / (F32(1) / scale if scale is None else np.sqrt(F32(q.shape[2])))


ATTENTION = (steps, "attention")
mutant(6, "scales q instead of the scores", ATTENTION)(attention_by(lambda q, k, scale: plain_scores(q * scale, k, None)))
mutant(6, "divides scores by the root of d", ATTENTION)(attention_by(divided))
mutant(6, "adds the values from the last key", ATTENTION)(attention_by(mixed=mix_backwards))
mutant(6, "divides by Z after the values", ATTENTION)(attention_by(mixed=mix_divided_last))
mutant(6, "multiplies by 1/Z", ATTENTION)(attention_by(mixed=mix_reciprocal))
mutant(6, "online softmax", ATTENTION)(attention_by(mixed=mix_online))
mutant(6, "does not subtract the maximum", ATTENTION)(attention_by(mixed=mix_unshifted))
mutant(6, "window one key wider", ATTENTION, ask="mistral")(attention_by(first_of=lambda t, window: max(0, t - window) if window else 0))
mutant(6, "no window", ATTENTION, ask="mistral")(attention_by(first_of=lambda t, window: 0))
mutant(6, "key head h mod G", ATTENTION, ask="mistral")(attention_by(group_of=lambda h, H, G: h % G))


@mutant(6, "the score scale is 1 / RN32(sqrt d)", (steps, "root_scale"), ask="bert-gamma-beta")
def twice_rounded_scale(number):
    return F32(1) / np.sqrt(F32(number))


@mutant(6, "multiplies by 1/c before a cap's tanh", (steps, "cap"), ask="gemma2")
def cap_reciprocal(x, limit):
    return functions.tanh(x * (F32(1) / limit)) * limit


@mutant(6, "no cap", (steps, "cap"), ask="gemma2")
def no_cap(x, limit):
    return x


# Rule 7

@mutant(7, "powers of the base by binary32 steps", (rope.Rope, "powers"), ask="qwen2-tied")
def binary32_powers(self, theta):
    exponents = np.arange(0, self.size, 2).astype(np.float32) / F32(self.size)
    return [reals.real(F32(1) / F32(float(theta)) ** e) for e in exponents]


@mutant(7, "cosine and sine of an angle reduced in binary32", (reals, "rounded_cos_sin"), ask="qwen2-tied")
def reduced_cos_sin(angle):
    rest = F32(np.remainder(np.float64(angle), 2 * np.pi))
    return F32(np.cos(np.float64(rest))), F32(np.sin(np.float64(rest)))


@mutant(7, "angles in binary64", (rope.Rope, "angles"), ask="qwen2-tied")
def binary64_angles(self, length):
    return np.arange(length)[:, None] * self.frequencies(length).astype(np.float64)[None, :]


def rotation(turn):
    def rotate(x, cos, sin, interleaved=False):
        half = cos.shape[1]
        first, second = (slice(0, 2 * half, 2), slice(1, 2 * half, 2)) if interleaved else (
            slice(0, half), slice(half, 2 * half))
        out = x.copy()
        out[:, :, first], out[:, :, second] = turn(x[:, :, first], x[:, :, second], cos[:, None, :], sin[:, None, :])
        return out
    return rotate


mutant(7, "rotates without fusing", (steps, "rotate"), ask="qwen2-tied")(rotation(lambda a, b, c, s: (a * c - b * s, b * c + a * s)))
mutant(7, "fuses the other product of the rotation", (steps, "rotate"), ask="qwen2-tied")(
    rotation(lambda a, b, c, s: (fma(-b, s, a * c), fma(a, s, b * c))))


@mutant(7, "pairs the dimensions the other way", (steps, "rotate"), ask="qwen2-tied")
def other_pairs(x, cos, sin, interleaved=False):
    return TRUE["rotate"](x, cos, sin, not interleaved)


@mutant(7, "turns the other way", (steps, "rotate"), ask="qwen2-tied")
def other_way(x, cos, sin, interleaved=False):
    return TRUE["rotate"](x, cos, -sin, interleaved)


def scaled_by(name, replacement, does, ask):
    mutant(7, does, (rope.Rope, name), ask=ask)(replacement)


scaled_by("linear", lambda self, p, i: reals.real(reals.rn32(p) / F32(self.parameters["factor"])), "linear scaling of a rounded power", "llama-rope-linear-rounded")
scaled_by("llama3", lambda self, p, i: p / self.get("factor"), "llama3 divides every frequency", "llama-rope-llama3")
scaled_by("yarn", lambda self, p, i: p / self.get("factor", Decimal(4)), "YaRN divides every frequency", "llama-rope-yarn-given")
scaled_by("attention_factor", lambda self: None, "YaRN without its attention factor", "llama-rope-yarn-given")
scaled_by("dynamic", lambda self, length: reals.real(self.theta), "dynamic scaling does not see the length", "llama-rope-dynamic")


@mutant(7, "scaling's numbers in binary64", (rope.Rope, "get"), ask="llama-rope-linear-rounded")
def binary64_numbers(self, name, default=None):
    value = self.parameters.get(name)
    return default if value is None else Decimal(float(value))

scaled_by("longrope", lambda self, p, i, length: p / reals.real(F32(self.parameters["short_factor"][i])),
          "longrope takes the short list always", "phi3-longrope")
mutant(7, "longrope without its attention factor", (rope.Rope, "attention_factor"), ask="phi3-longrope")(
    lambda self: None if self.kind == "longrope" else TRUE_FACTOR(self))


@mutant(7, "frequencies of the whole head where a part turns", (rope.Rope, "powers"), ask="gpt_neox")
def whole_powers(self, theta):
    return [theta ** (Decimal(-2 * i) / self.head_size) for i in range(self.size // 2)]


# Rule 8

@mutant(8, "exp of binary64, rounded", (functions, "exp"))
def rounded_exp(x):
    with np.errstate(all="ignore"):
        return np.exp(np.asarray(x, np.float64)).astype(np.float32)


@mutant(8, "tanh of binary64, rounded", (functions, "tanh"), ask="bert-gamma-beta")
def rounded_tanh(x):
    return np.tanh(np.asarray(x, np.float64)).astype(np.float32)


@mutant(8, "silu is x times the sigmoid", (functions, "silu"), ask="qwen2-tied")
def silu_product(x):
    return x * functions.sigmoid(x)


@mutant(8, "gelu divides by the root of 2", (functions, "gelu"), ask="gpt2-untied")
def gelu_division(x):
    return (F32(0.5) * x) * (F32(1) + functions.erf(x / np.sqrt(F32(2))))


@mutant(8, "gelu by tanh for gelu by erf", (functions, "gelu"), ask="gpt2-untied")
def gelu_other(x):
    return functions.gelu_tanh(x)


@mutant(8, "gelu by tanh cubes without fusing", (functions, "gelu_tanh"), ask="bert-gamma-beta")
def gelu_unfused(x):
    u = x + from_bits(0x3d372713) * (x * x * x)
    return (F32(0.5) * x) * (F32(1) + functions.tanh(from_bits(0x3f4c422a) * u))


# Rule 9

def mixture_by(ranks=lambda e, p: (-p, e), weights_of=None, add=None, order=sorted):
    def mixture(x, router, experts, count, renormalise):
        p = functions.softmax(binary32.linear(x, router))
        out = np.zeros_like(x)
        for t in range(x.shape[0]):
            ranked = sorted(range(len(experts)), key=lambda e: ranks(e, p[t, e]))[:count]
            chosen = order(ranked)
            weights = (weights_of or in_ids)(p[t], ranked, chosen, renormalise)
            sums = np.zeros(x.shape[1], np.float32)
            for expert, weight in zip(chosen, weights):
                sums = (add or fma)(weight, experts[expert](x[t:t + 1])[0], sums)
            out[t] = sums
        return out
    return mixture


def total_of(p, ids):
    total = F32(0)
    for expert in ids:
        total = total + p[expert]
    return total


def in_ids(p, ranked, chosen, renormalise):
    return p[chosen] / total_of(p, sorted(ranked)) if renormalise else p[chosen]


MIXTURE = (steps, "mixture")
mutant(9, "adds the experts by falling weight", MIXTURE, ask="qwen2_moe")(mixture_by(order=list))
mutant(9, "adds the weights by falling size", MIXTURE, ask="qwen3_moe")(mixture_by(
    weights_of=lambda p, ranked, chosen, renormalise: p[chosen] / total_of(p, ranked) if renormalise else p[chosen]))
mutant(9, "of equal weights takes the higher id", MIXTURE, ask="mixtral")(mixture_by(ranks=lambda e, p: (-p, -e)))
mutant(9, "adds the experts without fusing", MIXTURE, ask="mixtral")(mixture_by(add=lambda weight, y, sums: weight * y + sums))
mutant(9, "renormalises by multiplying with 1/Z'", MIXTURE, ask="mixtral")(mixture_by(
    weights_of=lambda p, ranked, chosen, renormalise:
        p[chosen] * (F32(1) / total_of(p, sorted(ranked))) if renormalise else p[chosen]))
mutant(9, "never renormalises", MIXTURE, ask="mixtral")(mixture_by(weights_of=lambda p, ranked, chosen, renormalise: p[chosen]))
mutant(9, "always renormalises", MIXTURE, ask="qwen2_moe")(mixture_by(
    weights_of=lambda p, ranked, chosen, renormalise: p[chosen] / total_of(p, sorted(ranked))))


# Rule 11

@mutant(11, "equal logits by higher id", (records, "largest"), ask="llama-zeros")
def higher_id(logits):
    order = sorted(range(len(logits)), key=lambda token: (-logits[token], -token))[:8]
    return [(token, int(binary32.to_bits(logits[token]))) for token in order]


@mutant(11, "logits in the order of their bits, -0 below +0", (records, "largest"), ask="llama-zeros")
def by_bits(logits):
    order = sorted(range(len(logits)), key=lambda token: (-logits[token], np.signbit(logits[token]), token))[:8]
    return [(token, int(binary32.to_bits(logits[token]))) for token in order]


def likelihood_by(term, total):
    def likelihood(logits, ids):
        return total(np.array([term(logits[t], ids[t + 1]) for t in range(len(ids) - 1)], np.float32))
    return likelihood


def true_term(row, token):
    z = row - binary32.maximum(row)
    return reals.rn32(reals.real(binary32.lane_sum(functions.exp(z))).ln()) - z[token]


def term_of_probability(row, token):
    return -reals.rn32(reals.real(functions.softmax(row)[token]).ln())


def term_added_back(row, token):
    most = binary32.maximum(row)
    z = row - most
    return (reals.rn32(reals.real(binary32.lane_sum(functions.exp(z))).ln()) + most) - row[token]


LIKELIHOOD = (records, "likelihood")
mutant(11, "adds likelihoods in one lane", LIKELIHOOD)(likelihood_by(true_term, one_lane))
mutant(11, "logarithm of the softmax", LIKELIHOOD, ask="llama-rope-yarn-mscale")(likelihood_by(term_of_probability, binary32.lane_sum))
mutant(11, "adds the maximum back before the difference", LIKELIHOOD, ask="gpt2-relu")(likelihood_by(term_added_back, binary32.lane_sum))


# The families, rules 5, 10 and what the chapter says of each

@mutant(5, "Gemma's gain is w", (gemma.Gemma, "gain"), ask="gemma")
def gain_without_one(self, name):
    return self.tensor(name + ".weight")


@mutant(5, "Gemma multiplies by w and adds the unscaled", (gemma.Gemma, "rms"), ask="gemma")
def gain_in_two(self, x, name):
    scaled = steps.rms_norm(x, F32(1), self.eps)
    return fma(scaled, self.tensor(name + ".weight"), scaled)


def norm_after_rotation(self, layer, q, k):
    """What Qwen3 does, with norm and rotation exchanged."""
    cos, sin = self.rope.table(len(q))
    at = f"layers.{layer}.self_attn."
    return self.rms(steps.rotate(q, cos, sin), at + "q_norm"), self.rms(steps.rotate(k, cos, sin), at + "k_norm")


MUTANTS.append((5, "Qwen3 norms q and k after the rotation", [
    (llama.Qwen3, "projected", llama.Llama.projected), (llama.Qwen3, "turned", norm_after_rotation)], "qwen3-tied-window"))


@mutant(5, "Qwen3's norm runs over all heads", (llama.Qwen3, "projected"), ask="qwen3-tied-window")
def norm_of_all_heads(self, at, y):
    q, k, v = llama.Llama.projected(self, at, y)
    q_gain, k_gain = (np.tile(self.gain(f"{at}self_attn.{name}_norm"), count) for name, count in (
        ("q", self.heads), ("k", self.groups)))
    q, k = (steps.rms_norm(self.joined(part), gain, self.eps).reshape(part.shape) for part, gain in ((q, q_gain), (k, k_gain)))
    return q, k, v


@mutant(5, "OLMo 2's norm runs over each head", (olmo.Olmo2, "projected"), ask="olmo2")
def norm_of_each_head(self, at, x):
    q, k, v = llama.Llama.projected(self, at, x)
    q_gain, k_gain = (self.gain(f"{at}self_attn.{name}_norm") for name in "qk")
    return (steps.rms_norm(q, q_gain.reshape(self.heads, -1), self.eps),
            steps.rms_norm(k, k_gain.reshape(self.groups, -1), self.eps), v)


@mutant(6, "Gemma 2 scales by the size of the head", (steps, "root_scale"), ask="gemma2")
def scale_of_the_head(number):
    return TRUE["root_scale"](14 if number in (22, 19) else number)


@mutant(7, "Gemma 3's two sets of frequencies are exchanged", (gemma.Gemma3, "turned"), ask="gemma3_text-of-5")
def other_frequencies(self, layer, q, k):
    cos, sin = self.rope[not self.slides[layer]].table(len(q))
    return steps.rotate(q, cos, sin), steps.rotate(k, cos, sin)


@mutant(10, "GPT-NeoX adds attention to x first", (gpt_neox.GPTNeoX, "layer"), ask="gpt_neox")
def attention_first(self, layer, at, x):
    a = self.attention(at, self.layer_norm(x, at + "input_layernorm"))
    if not self.parallel:
        x = a + x
        return self.mlp(at, self.layer_norm(x, at + "post_attention_layernorm")) + x
    return (x + a) + self.mlp(at, self.layer_norm(x, at + "post_attention_layernorm"))


@mutant(10, "StableLM adds MLP and attention first", (stablelm.StableLM, "layer"), ask="stablelm-parallel")
def parallel_first(self, layer, at, x):
    if not self.parallel:
        return llama.Llama.layer(self, layer, at, x)
    y = self.rms(x, at + "input_layernorm")
    return x + (self.attention(layer, at, y) + self.mlp(layer, at, y))


@mutant(5, "StableLM norms every head with the first one's gain", (stablelm.StableLM, "each_head"), ask="stablelm-parallel")
def gain_of_first_head(self, x, name):
    return steps.layer_norm(x, self.tensor(f"{name}.norms.0.weight"), None, self.eps)


@mutant(10, "BERT adds word and position first", (bert.Bert, "embed"), ask="bert")
def position_first(self, ids):
    word, type_of = self.tensor(self.embedding)[ids], self.tensor("embeddings.token_type_embeddings.weight")[0]
    position = self.tensor("embeddings.position_embeddings.weight")[self.positions_of(ids)]
    return self.layer_norm((word + position) + type_of, "embeddings.LayerNorm")


@mutant(10, "RoBERTa counts every token", (bert.Roberta, "positions_of"), ask="roberta")
def all_counted(self, ids):
    return np.arange(len(ids)) + self.key("pad_token_id", 1) + 1


@mutant(10, "Gemma's scale is rounded to bf16", (gemma.Gemma, "embed"), ask="gemma")
def bf16_scale(self, ids):
    bits = binary32.to_bits(reals.rn32(reals.real(self.hidden).sqrt())).item()
    return self.tensor(self.embedding)[ids] * from_bits((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000)


@mutant(10, "OLMo does not clip", (functions, "clip"), ask="olmo")
def no_clip(x, limit):
    return x


@mutant(10, "OLMo clips the queries only", (olmo.Olmo, "projected"), ask="olmo")
def clip_queries(self, at, y):
    q, k, v = llama.Llama.projected(self, at, y)
    return q if self.clip is None else functions.clip(q, F32(self.clip)), k, v


@mutant(9, "adds the shared expert to x before the others", (moe.Qwen2Moe, "layer"), ask="qwen2_moe")
def shared_to_x(self, layer, at, x):
    x = x + self.attention(layer, at, self.rms(x, at + "input_layernorm"))
    y = self.rms(x, at + "post_attention_layernorm")
    if layer in self.dense or (layer + 1) % self.step or not self.shared:
        return x + self.mlp(layer, at, y)
    s = self.gated(at + "mlp.shared_expert.", y)
    return (x + s * functions.sigmoid(self.linear(y, at + "mlp.shared_expert_gate"))) + self.mixed(at, y)


@mutant(9, "fuses the shared expert's gate with its addition", (moe.Qwen2Moe, "mlp"), ask="qwen2_moe")
def shared_fused(self, layer, at, y):
    if layer in self.dense or (layer + 1) % self.step:
        return llama.Llama.mlp(self, layer, at, y)
    r = self.mixed(at, y)
    if not self.shared:
        return r
    gate = functions.sigmoid(self.linear(y, at + "mlp.shared_expert_gate"))
    return fma(self.gated(at + "mlp.shared_expert.", y), gate, r)


@mutant(9, "softmax over the chosen logits only", (steps, "mixture"), ask="mixtral")
def chosen_softmax(x, router, experts, count, renormalise):
    logits = binary32.linear(x, router)
    out = np.zeros_like(x)
    for t in range(x.shape[0]):
        chosen = sorted(sorted(range(len(experts)), key=lambda e: (-logits[t, e], e))[:count])
        weights = functions.softmax(logits[t, chosen]) if renormalise else functions.softmax(logits[t])[chosen]
        sums = np.zeros(x.shape[1], np.float32)
        for expert, weight in zip(chosen, weights):
            sums = fma(weight, experts[expert](x[t:t + 1])[0], sums)
        out[t] = sums
    return out
