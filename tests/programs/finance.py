"""Prices, rates and taxes."""

import math

import numpy as np

from . import Program, waves

TAX_BRACKETS = ((0.0, 0.1), (10.0, 0.2), (40.0, 0.35))
DAYS = 365


def normal_cdf(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def black_scholes(spot, strike, rate, volatility, years, kind="call"):
    """The price of a European option; an expired one is worth its payoff."""
    if years <= 0:
        payoff = spot - strike if kind == "call" else strike - spot
        return payoff if payoff > 0 else 0.0
    spread = volatility * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / spread
    d2 = d1 - spread
    if kind == "call":
        return spot * normal_cdf(d1) - strike * math.exp(-rate * years) * normal_cdf(d2)
    return strike * math.exp(-rate * years) * normal_cdf(-d2) - spot * normal_cdf(-d1)


def implied_volatility(price, spot, strike, rate, years):
    """Newton's method on the price of a call, with its vega written out."""
    volatility = 0.3
    for _ in range(50):
        spread = volatility * math.sqrt(years)
        d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / spread
        vega = spot * math.sqrt(years) * math.exp(-0.5 * d1 * d1) / math.sqrt(2 * math.pi)
        error = black_scholes(spot, strike, rate, volatility, years) - price
        volatility -= error / vega
        if abs(error) < 1e-13:
            break
    return volatility


def present_value(cash_flows, rate):
    total = 0.0
    factor = 1.0
    for amount in cash_flows:
        factor /= 1 + rate
        total += amount * factor
    return total


def internal_rate(cash_flows):
    """The rate at which the flows are worth nothing, by Newton's method."""
    rate = 0.1
    for _ in range(60):
        value = 0.0
        slope = 0.0
        for t, amount in enumerate(cash_flows):
            value += amount / (1 + rate) ** t
            slope -= t * amount / (1 + rate) ** (t + 1)
        step = value / slope
        rate -= step
        if abs(step) < 1e-14:
            break
    return rate


def income_tax(income, allowance):
    """Each bracket's rate applies to the part of the income above its threshold."""
    taxable = income - allowance
    tax = 0.0
    for k, (threshold, rate) in enumerate(TAX_BRACKETS):
        if taxable <= threshold:
            break
        top = TAX_BRACKETS[k + 1][0] if k + 1 < len(TAX_BRACKETS) else taxable
        upper = taxable if taxable < top else top
        tax += rate * (upper - threshold)
    return tax * (1 + 0.001 * tax)


def mortgage_paid_after(principal, rate, payment):
    """What has been paid when nothing is left, at most ten times the principal."""
    balance = principal
    paid = 0.0
    while balance > 0:
        balance *= 1 + rate / 12
        due = payment if payment < balance else balance
        balance -= due
        paid += due
        if paid > 10 * principal:
            return 10 * principal
    return paid


def binomial_call(spot, strike, rate, volatility, years, steps):
    """A European call on a binomial tree, rolled back over whole levels."""
    dt = years / steps
    up = math.exp(volatility * math.sqrt(dt))
    p = (math.exp(rate * dt) - 1 / up) / (up - 1 / up)
    prices = spot * up ** (2.0 * np.arange(steps + 1) - steps)
    values = np.maximum(prices - strike, 0.0)
    discount = math.exp(-rate * dt)
    for _ in range(steps):
        values = discount * (p * values[1:] + (1 - p) * values[:-1])
    return values[0]


def portfolio_risk(weights, returns):
    """Sharpe ratio of a portfolio whose weights are made to sum to one."""
    w = np.exp(weights) / np.sum(np.exp(weights))
    daily = returns @ w
    return daily.mean() / daily.std() * math.sqrt(DAYS)


def markowitz(weights, covariance, expected, aversion):
    return weights @ expected - 0.5 * aversion * weights @ covariance @ weights


def yield_curve(parameters, maturities, observed):
    """Squared errors of the curve of Nelson and Siegel."""
    b0, b1, b2, tau = parameters
    error = 0.0
    for m, y in zip(maturities, observed):
        decay = (1 - math.exp(-m / tau)) / (m / tau)
        model = b0 + b1 * decay + b2 * (decay - math.exp(-m / tau))
        error += (model - y) ** 2
    return error


def garch_likelihood(omega, alpha, beta, returns):
    variance = np.var(returns)
    total = 0.0
    for r in returns:
        total += 0.5 * (math.log(variance) + r * r / variance)
        variance = omega + alpha * r * r + beta * variance
    return total


def barrier_option(spot, volatility, draws, barrier):
    """The mean payoff over paths; a path that touches the barrier pays nothing."""
    total = 0.0
    for path in draws:
        price = spot
        alive = True
        for z in path:
            price = price * math.exp(-0.5 * volatility**2 * 0.1 + volatility * 0.3 * z)
            if price < barrier:
                alive = False
                break
        if alive:
            total += price - 0.5 * barrier
    return total / len(draws)


def compound(rate, *deposits, periods=12):
    """Yearly deposits with interest several times a year."""
    balance = 0.0
    for amount in deposits:
        balance = (balance + amount) * (1 + rate / periods) ** periods
    return balance


PROGRAMS = [
    Program(
        black_scholes,
        [
            (1.1, 1.0, 0.03, 0.25, 0.8),
            (1.1, 1.0, 0.03, 0.25, 0.8, "put"),
            (1.1, 1.0, 0.03, 0.25, 0.0),
            (1.1, 1.0, 0.03, 0.25, -1.0, "put"),
        ],
        wrt=(0, 1, 2, 3),
    ),
    Program(implied_volatility, [(0.15, 1.1, 1.05, 0.02, 0.7)], wrt=(0, 1, 2, 3, 4)),
    Program(present_value, [([10.0, 12.0, 110.0], 0.05), ([], 0.05)], wrt=(0, 1)),
    Program(internal_rate, [([-100.0, 30.0, 50.0, 60.0],)]),
    Program(income_tax, [(8.0, 2.0), (30.0, 2.0), (75.0, 2.5), (1.0, 2.0)], wrt=(0, 1)),
    Program(mortgage_paid_after, [(10.0, 0.06, 1.31), (10.0, 0.9, 0.5)], wrt=(0, 1, 2)),
    Program(binomial_call, [(1.1, 1.0, 0.03, 0.25, 0.8, 5)], wrt=(0, 1, 2, 3, 4)),
    Program(portfolio_risk, [(waves(3), waves(6, 3) + 0.2)], wrt=(0, 1)),
    Program(markowitz, [(waves(3), waves(3, 3), waves(3, phase=1.0), 1.4)], wrt=(0, 1, 2, 3)),
    Program(
        yield_curve,
        [
            ((0.04, -0.02, 0.01, 1.5), [0.5, 1.0, 5.0], [0.02, 0.025, 0.035]),
            ([0.04, -0.02, 0.01, 1.5], (2.0,), (0.03,)),
        ],
    ),
    Program(garch_likelihood, [(0.1, 0.2, 0.6, waves(6))], wrt=(0, 1, 2, 3)),
    Program(barrier_option, [(1.2, 0.4, 2 * waves(4, 3), 0.95)], wrt=(0, 1)),
    Program(compound, [(0.05, 1.0, 2.0, 1.5), (0.05,)], wrt=(0,)),
]
