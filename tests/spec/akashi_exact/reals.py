"""RN32 of real numbers (rules 6, 7 and 11), by decimal arithmetic of 120 digits.

Nothing is guessed: a result that stands too near a tie, or too near an integer where one is cut, raises.
"""
import decimal
import functools
from decimal import Decimal
from fractions import Fraction

import numpy as np

CONTEXT = decimal.Context(prec=120, Emin=-10**6, Emax=10**6,
                          traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow])
DOUBT = Decimal(10) ** -80  # far more than what the few operations of one formula can lose, relative to it
decimal.setcontext(CONTEXT)


def real(number):
    """The exact value of an integer or a float32."""
    return Decimal(number if isinstance(number, (int, Decimal)) else float(number))


def rn32_exact(value):
    """RN32 of a Fraction."""
    if value == 0:
        return np.float32(0)
    size = abs(value)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    exponent -= size < Fraction(2) ** exponent
    quantum = Fraction(2) ** max(exponent - 23, -149)
    with np.errstate(over="ignore"):
        return np.float32(float(round(value / quantum) * quantum))  # round() of a Fraction goes to even


def rn32(value):
    """RN32 of a Decimal that is known to about 100 digits."""
    low, high = (rn32_exact(Fraction(value * (1 + side * DOUBT))) for side in (-1, 1))
    if low != high:
        raise ArithmeticError(f"{value} is too near a tie")
    return low


def floor(value):
    low, high = ((value + side * DOUBT).to_integral_value(decimal.ROUND_FLOOR) for side in (-1, 1))
    if low != high:
        raise ArithmeticError(f"{value} is too near an integer")
    return low


def ceil(value):
    return -floor(-value)


def arctan_inverse(n):
    """arctan(1/n) for an integer n."""
    total, term, k = Decimal(0), 1 / Decimal(n), 1
    while abs(term) > Decimal(10) ** -125:
        total += term / k if k % 4 == 1 else -term / k
        term /= n * n
        k += 2
    return total


PI = 4 * (4 * arctan_inverse(5) - arctan_inverse(239))


def cos_sin(angle):
    """The real cosine and sine of a Decimal, by the series around a multiple of pi/2."""
    quarter = (angle / (PI / 2)).to_integral_value(decimal.ROUND_HALF_EVEN)
    rest = angle - quarter * (PI / 2)
    sums, term, k = [Decimal(0), Decimal(0)], Decimal(1), 0
    while k < 2 or abs(term) > Decimal(10) ** -125:
        sums[k % 2] += term if k % 4 < 2 else -term
        k += 1
        term = term * rest / k
    cos, sin = sums
    return ((cos, sin), (-sin, cos), (-cos, -sin), (sin, -cos))[int(quarter) % 4]


@functools.lru_cache(maxsize=None)
def rounded_cos_sin(angle):
    """RN32 of the real cosine and sine of a binary32."""
    return tuple(rn32(value) for value in cos_sin(Decimal(angle)))
