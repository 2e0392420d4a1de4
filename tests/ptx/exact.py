"""Binary32 in whole numbers: what the interpreter's arithmetic is checked against. It shares nothing with it.

Numbers are their 32 bits. A finite one is (-1)^sign * m * 2^e with whole m and e.
"""
from math import isqrt

NAN, INFINITY, SIGN = 0x7fffffff, 0x7f800000, 0x80000000


def is_nan(bits):
    return bits & 0x7fffffff > INFINITY


def decode(bits):
    """(sign, m, e) of a finite number."""
    exponent, fraction = bits >> 23 & 0xff, bits & 0x7fffff
    return bits >> 31, fraction | (0x800000 if exponent else 0), max(exponent, 1) - 150


def encode(sign, m, e, more=False):
    """The nearest binary32 of (m + something below 1 if `more`) * 2^e, of two the one that is even."""
    if not m and not more:
        return sign << 31
    drop = max(m.bit_length() - 24, -149 - e)
    if more and drop < 2:  # room for what is below m
        m, e, drop = m << 2 - drop, e - (2 - drop), 2
    if drop > 0:
        rest, half = m & (1 << drop) - 1, 1 << drop - 1
        m >>= drop
        e += drop
        if rest > half or rest == half and (more or m & 1):
            m += 1
    else:
        m <<= -drop
        e += drop
    if m == 1 << 24:
        m, e = m >> 1, e + 1
    if m < 1 << 23:
        return sign << 31 | m  # subnormal: e is -149
    if e + 150 > 254:
        return sign << 31 | INFINITY
    return sign << 31 | e + 150 << 23 | m & 0x7fffff


def signed_sum(terms):
    """The nearest of an exact sum of (sign, m, e); a zero is minus only if every term is."""
    least = min(e for _, _, e in terms)
    total = sum((-m if sign else m) << e - least for sign, m, e in terms)
    if not total:
        return SIGN if all(sign for sign, _, _ in terms) else 0
    return encode(int(total < 0), abs(total), least)


def fma(a, b, c):
    if is_nan(a) or is_nan(b) or is_nan(c):
        return NAN
    sign = (a ^ b) & SIGN
    magnitudes = a & 0x7fffffff, b & 0x7fffffff
    if INFINITY in magnitudes:
        product = NAN if 0 in magnitudes else sign | INFINITY
        if is_nan(product) or c & 0x7fffffff == INFINITY and c != product:
            return NAN
        return product
    if c & 0x7fffffff == INFINITY:
        return c
    (sa, ma, ea), (sb, mb, eb) = decode(a), decode(b)
    return signed_sum([(sa ^ sb, ma * mb, ea + eb), decode(c)])


def add(a, b):
    if is_nan(a) or is_nan(b):
        return NAN
    infinite = [x for x in (a, b) if x & 0x7fffffff == INFINITY]
    if infinite:
        return NAN if len(infinite) == 2 and a != b else infinite[0]
    return signed_sum([decode(a), decode(b)])


def sub(a, b):
    return add(a, b ^ SIGN)


def mul(a, b):
    return fma(a, b, (a ^ b) & SIGN)


def div(a, b):
    if is_nan(a) or is_nan(b):
        return NAN
    sign, x, y = (a ^ b) & SIGN, a & 0x7fffffff, b & 0x7fffffff
    if x == y and x in (0, INFINITY):
        return NAN
    if x == INFINITY or y == 0:
        return sign | INFINITY
    if x == 0 or y == INFINITY:
        return sign
    (_, ma, ea), (_, mb, eb) = decode(a), decode(b)
    quotient, rest = divmod(ma << 60, mb)
    return encode(sign >> 31, quotient, ea - eb - 60, rest > 0)


def reciprocal(a):
    return div(0x3f800000, a)


def sqrt(a):
    if is_nan(a):
        return NAN
    if not a & 0x7fffffff:
        return a
    if a & SIGN:
        return NAN
    if a == INFINITY:
        return a
    _, m, e = decode(a)
    if e % 2:
        m, e = m << 1, e - 1
    m, e = m << 60, e - 60
    root = isqrt(m)
    return encode(0, root, e // 2, root * root < m)


def from_integer(n):
    return encode(int(n < 0), abs(n), 0)


def to_integer(bits, low, high, mode):
    """Rounded to a whole number by "rni", "rzi", "rmi" or "rpi", held within low ... high."""
    if bits & 0x7fffffff == INFINITY:
        return low if bits & SIGN else high
    sign, m, e = decode(bits)
    value = -m if sign else m
    if e >= 0:
        whole = value << e
    else:
        floor, rest, half = value >> -e, value & (1 << -e) - 1, 1 << -e - 1
        up = {"rmi": False, "rpi": rest > 0, "rzi": rest > 0 and sign, "rni": rest > half or rest == half and floor & 1}[mode]
        whole = floor + bool(up)
    return min(max(whole, low), high)
