"""How many purchases and how much spend are still to come: BG/NBD and Gamma-Gamma by maximum likelihood on grouped counts.

A customer enters as (x, t_x, T): purchases counted, time of the last of them, time observed. Alike customers are one row with
a multiplicity, so a million of them on a weekly clock are some ten thousand rows. The unit of time is the caller's, and so is
the clock's start. The usual start is the first purchase, which is then not counted. A *landmark* (a day after signup, the same
for all) is the other choice: purchases before it are not counted, and everybody is on the clock, buyer or not. It judges what
follows the landmark and keeps the first days' burst out of the rate; as the model has everybody alive at the start, those who
left before the landmark enter as slow. `history` is both clocks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from scipy import optimize
from scipy.special import betaln, digamma, gammaln, hyp2f1

from ecom_platform.stats.aggregates import Floats, Numbers

_LIMIT = 12.0
"""Bound of the logarithm of a parameter: beyond it the likelihood is flat."""


class History(NamedTuple):
    """What BG/NBD reads of one customer."""

    x: int
    """Days with a purchase that are counted."""
    t_x: float
    """Time from the start to the last of them; 0 if there is none."""
    t: float
    """Time from the start to the end of the observation (T)."""


class PurchaseCounts(NamedTuple):
    """Customers by purchase history, one entry for those alike; each field of shape (g,)."""

    x: Numbers
    """Purchases counted."""
    t_x: Numbers
    """Time from the start to the last of them; 0 if there is none."""
    t: Numbers
    """Time from the start to the end of the observation (T)."""
    customers: Numbers
    """How many have this history."""


class SpendCounts(NamedTuple):
    """Buyers by number and mean amount of their purchases, one entry for those alike; each field of shape (g,)."""

    x: Numbers
    """Purchases whose amounts are averaged, at least 1."""
    mean_amount: Numbers
    """Their mean amount, positive."""
    customers: Numbers
    """How many have these."""


class BgNbd(NamedTuple):
    """The fitted BG/NBD model: purchases at a gamma-distributed rate, dropout after each at a beta-distributed chance."""

    r: float
    """Shape of the rates' gamma distribution."""
    alpha: float
    """Its rate parameter, in units of time: the mean purchase rate is r / alpha."""
    a: float
    """First parameter of the dropout chances' beta distribution: the mean chance is a / (a + b)."""
    b: float
    """Its second parameter."""
    standard_errors: tuple[float, float, float, float]
    """Standard errors of the four; NaN where the likelihood is flat."""
    log_likelihood: float
    """At the maximum."""
    customers: int
    """How many were fitted."""

    def probability_alive(self, x: Numbers, t_x: Numbers, t: Numbers) -> Floats:
        """The chance that a customer with this history has not dropped out; 1 without a purchase."""
        x, t_x, t = _arrays(x, t_x, t)
        with np.errstate(divide="ignore"):
            odds = np.log(self.a / (self.b + np.maximum(x, 1) - 1)) + (self.r + x) * np.log(
                (self.alpha + t) / (self.alpha + t_x)
            )
        return np.asarray(np.where(x > 0, 1 / (1 + np.exp(np.minimum(odds, 700.0))), 1.0))

    def expected(self, duration: Floats | float) -> Floats:
        """Expected purchases of a customer from the clock's start, over `duration`."""
        return self._expected(np.asarray(duration, dtype=np.float64), np.zeros(1), np.zeros(1)).reshape(np.shape(duration))

    def expected_given(self, duration: float, x: Numbers, t_x: Numbers, t: Numbers) -> Floats:
        """Expected purchases of a customer with this history over `duration` after the end of the observation."""
        x, t_x, t = _arrays(x, t_x, t)
        return self._expected(np.float64(duration), x, t) * self.probability_alive(x, t_x, t)

    def distribution_given(self, duration: float, x: Numbers, t_x: Numbers, t: Numbers, *, most: int = 100) -> Floats:
        """The chances of 0, 1, ... `most` purchases over `duration` after the end of the observation, shape (g, most + 1).

        Given that a customer is alive, the rate is gamma(r + x, alpha + T) and the dropout chance beta(a, b + x) distributed,
        independently; purchases go on until the rate's have all come or the dropout's number is reached, whichever is first.
        What lies beyond `most` is in the last column.
        """
        x, t_x, t = (column[:, None] for column in _arrays(x, t_x, t))
        y = np.arange(1, most + 1, dtype=np.float64)
        shape, rate = self.r + x, self.alpha + t
        none = (rate / (rate + duration)) ** shape
        arriving = np.hstack([none, none * np.cumprod((shape + y - 1) / y * (duration / (rate + duration)), axis=1)])
        at_least = np.clip(1 - np.cumsum(arriving, axis=1)[:, :-1], 0.0, 1.0)
        staying = np.hstack([np.ones_like(x), np.cumprod((self.b + x + y - 1) / (self.a + self.b + x + y - 1), axis=1)])
        found = arriving * staying
        found[:, 1:] += (staying[:, :-1] - staying[:, 1:]) * at_least
        found[:, -1] += np.clip(1 - found.sum(axis=1), 0.0, 1.0)
        alive = self.probability_alive(x, t_x, t)
        found *= alive
        found[:, 0] += 1 - alive[:, 0]
        return np.asarray(found)

    def _expected(self, duration: Floats | np.float64, x: Floats, t: Floats) -> Floats:
        """Of those alive. Euler's transformation of the published series stays finite for many purchases.

        The formula has removable singularities at a = 1 and, without a purchase, at a + b = 1: a steps around them.
        """
        a = self.a + (2e-5 if min(abs(self.a - 1), abs(self.a + self.b - 1)) < 1e-5 else 0)
        z = duration / (self.alpha + t + duration)
        whole = a + self.b + x - 1
        return np.asarray(whole / (a - 1) * (1 - (1 - z) ** (a - 1) * hyp2f1(a + self.b - 1 - self.r, a - 1, whole, z)))


class GammaGamma(NamedTuple):
    """The fitted Gamma-Gamma model: amounts gamma-distributed about a customer's mean, means spread over customers."""

    p: float
    """Shape of a customer's amounts."""
    q: float
    """Shape of the distribution of their scale over customers."""
    v: float
    """Its scale, in units of money (gamma in the paper)."""
    standard_errors: tuple[float, float, float]
    """Standard errors of the three; NaN where the likelihood is flat."""
    log_likelihood: float
    """At the maximum."""
    customers: int
    """How many buyers were fitted."""

    @property
    def mean_amount(self) -> float:
        """The mean amount over customers; infinite if q <= 1."""
        return self.v * self.p / (self.q - 1) if self.q > 1 else math.inf

    def expected_given(self, x: Numbers, mean_amount: Numbers) -> Floats:
        """A customer's expected amount given the mean of `x` purchases: their mean, drawn towards everyone's."""
        x, amount = _arrays(x, mean_amount)
        return np.asarray(self.p * (self.v + x * amount) / (self.p * x + self.q - 1))


def history(days: Iterable[float], start: float, last: float) -> History:
    """One customer's history from the day `start` to the day `last`, both included: distinct days with a purchase count.

    With `start` the landmark, this is the landmark clock: a purchase on that day counts, at time 0. For the usual clock,
    `start` is the day of the first purchase and `days` are the later ones. Who counts on a coarser clock rounds t_x to the
    nearest unit: rounded up to a week, everyone seems more alive, and the forecast of a year comes out 3 to 4 % too high.
    """
    counted = {day for day in days if start <= day <= last}
    return History(len(counted), max(counted, default=start) - start, last - start)


def fit_bg_nbd(counts: PurchaseCounts) -> BgNbd:
    """Fit BG/NBD (Fader, Hardie & Lee 2005, "'Counting your customers' the easy way", Marketing Science 24).

    Raises:
        ValueError: a history that cannot be; no purchase at all; no maximum found.
    """
    x, t_x, t, weights = _arrays(*counts)
    if (t_x > t).any() or (t_x < 0).any() or (x < 0).any() or ((x == 0) & (t_x > 0)).any():
        raise ValueError(
            "A last purchase lies between the start and the end of the observation, and is 0 where there is none."
        )
    if not weights @ x:
        raise ValueError("A purchase rate cannot be fitted without a purchase.")
    bought = x > 0

    def likelihood(parameters: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = parameters
        common = gammaln(r + x) - gammaln(r) + r * math.log(alpha) + betaln(a, b + x) - betaln(a, b)
        alive = -(r + x) * np.log(alpha + t)
        latest = np.log(alpha + t_x)
        gone = np.where(bought, math.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * latest, -math.inf)
        either = np.logaddexp(alive, gone)
        of_gone = np.exp(gone - either)
        of_alive = 1 - of_gone
        beta = digamma(a + b) - digamma(a + b + x)
        slope = (
            digamma(r + x) - digamma(r) + math.log(alpha) - of_alive * np.log(alpha + t) - of_gone * latest,
            r / alpha - (r + x) * (of_alive / (alpha + t) + of_gone / (alpha + t_x)),
            beta + of_gone / a,
            beta + digamma(b + x) - digamma(b) - of_gone / (b + np.maximum(x, 1) - 1),
        )
        return float(weights @ (common + either)), np.array([weights @ part for part in slope])

    mean_rate = float(weights @ x / (weights @ t))
    found, errors, best = _maximise(likelihood, np.array([0.5, 0.5 / mean_rate, 0.5, 2.0]), float(weights.sum()))
    r, alpha, a, b = (float(value) for value in found)
    e = (float(errors[0]), float(errors[1]), float(errors[2]), float(errors[3]))
    return BgNbd(r, alpha, a, b, e, best, int(weights.sum()))


def fit_gamma_gamma(counts: SpendCounts) -> GammaGamma:
    """Fit Gamma-Gamma (Fader & Hardie 2013, "The Gamma-Gamma model of monetary value"; Fader, Hardie & Lee 2005, JMR 42).

    Raises:
        ValueError: no buyer; a buyer without purchase or with a mean amount that is not positive; no maximum found.
    """
    x, amount, weights = _arrays(*counts)
    if not weights.sum() or (x < 1).any() or (amount <= 0).any():
        raise ValueError("Spend is fitted on buyers, each with a purchase and a positive mean amount.")
    scale = float(weights @ amount / weights.sum())
    m = amount / scale
    # The density of m is that of the amount times the scale.
    shift = float(weights.sum() * math.log(scale))

    def likelihood(parameters: Floats) -> tuple[float, Floats]:
        p, q, v = parameters
        px, total = p * x, v + m * x
        value = (gammaln(px + q) - gammaln(px) - gammaln(q) + q * math.log(v) + (px - 1) * np.log(m) + px * np.log(x)) - (
            px + q
        ) * np.log(total)
        slope = (
            x * (digamma(px + q) - digamma(px) + np.log(m * x) - np.log(total)),
            digamma(px + q) - digamma(q) + math.log(v) - np.log(total),
            q / v - (px + q) / total,
        )
        return float(weights @ value), np.array([weights @ part for part in slope])

    found, errors, best = _maximise(likelihood, np.array([2.0, 3.0, 1.0]), float(weights.sum()))
    p, q, v = (float(value) for value in found)
    e = (float(errors[0]), float(errors[1]), float(errors[2]) * scale)
    return GammaGamma(p, q, v * scale, e, best - shift, int(weights.sum()))


def _arrays(*columns: Numbers) -> tuple[Floats, ...]:
    return tuple(np.asarray(column, dtype=np.float64) for column in columns)


def _maximise(likelihood: Callable[[Floats], tuple[float, Floats]], start: Floats, n: float) -> tuple[Floats, Floats, float]:
    """Maximise over positive parameters; returns them, their standard errors, and the log-likelihood."""

    def objective(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, slope = likelihood(parameters)
        return -value / n, -slope * parameters / n

    bounds = [(-_LIMIT, _LIMIT)] * len(start)
    begin = np.clip(np.log(start), -_LIMIT, _LIMIT)
    # A tight tolerance on the mean log-likelihood: a sum over a million customers still moves where its mean hardly does.
    result = optimize.minimize(
        objective,
        begin,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 2_000, "maxfun": 20_000, "ftol": 1e-15, "gtol": 1e-9},
    )
    logs = np.asarray(result.x, dtype=np.float64)
    inside = np.abs(logs) < _LIMIT
    if not np.isfinite(result.fun) or (np.abs(result.jac[inside]) > 1e-4).any():
        raise ValueError("No maximum of the likelihood was found.")
    hessian = np.empty((len(logs), len(logs)))
    for i in range(len(logs)):
        step = np.zeros(len(logs))
        step[i] = 1e-5
        hessian[i] = n * (objective(logs + step)[1] - objective(logs - step)[1]) / 2e-5
    try:
        np.linalg.cholesky((hessian + hessian.T) / 2)
        variances = np.diag(np.linalg.inv((hessian + hessian.T) / 2))
    except np.linalg.LinAlgError:
        variances = np.full(len(logs), math.nan)
    return np.exp(logs), np.exp(logs) * np.sqrt(variances), float(-result.fun * n)
