"""Every figure of the model behind the sample prices.

Source of ``MARKET``, ``CORRELATION`` and of the returns in ``EPISODES`` not called invented:
monthly statistics of 14 ETFs 2007–2026 computed from adjusted closes (SGOV represented by a
Treasury-bill fund).
"""

SEED = 390  # of 400 tried: 2020 is the deepest fall of SPY, no other year is freakish
START, END = "2014-01-02", "2025-12-31"
MONTHS, DAYS = 12, 252  # a year
CASH_FUND = "SGOV"

# Ticker: first price, arithmetic mean a year, volatility a year.
MARKET = {
    "SPY": (180.0, 0.1129, 0.1561),
    "QQQ": (90.0, 0.1666, 0.1884),
    "IWM": (115.0, 0.0984, 0.2068),
    "EFA": (65.0, 0.0579, 0.1754),
    "EEM": (40.0, 0.0654, 0.2114),
    "AGG": (80.0, 0.0314, 0.0464),
    "TLT": (80.0, 0.0403, 0.1418),
    "SHY": (75.0, 0.0185, 0.0153),
    "LQD": (75.0, 0.0441, 0.0828),
    "HYG": (50.0, 0.0532, 0.1030),
    "VNQ": (50.0, 0.0786, 0.2242),
    "GLD": (120.0, 0.1140, 0.1736),
    "DBC": (25.0, 0.0399, 0.1898),
    "SGOV": (85.0, 0.0134, 0.0056),
}
TICKERS = tuple(MARKET)

# Correlation of monthly returns in per cent, below the diagonal, in the order of MARKET.
CORRELATION = """
 92
 89  79
 87  77  78
 75  71  70  86
 25  24  18  33  29
 -8  -6 -14  -4  -5  83
-10 -11 -15  -1  -2  68  58
 45  43  38  52  46  88  61  43
 74  67  71  76  70  44   4   0  69
 75  64  75  72  63  42  15   0  54  76
  8   5   3  20  31  38  27  33  30  16  13
 46  36  44  52  56  -9 -33 -21   8  41  31  28
 -5  -4  -7  -2   0   5   0  35  -6  -6  -5  19   2
"""

# First month of each regime and how far monthly returns scatter in it, against the average month.
REGIMES = (
    ("calm", "2014-01", 0.8),
    ("turbulent", "2015-08", 1.3),
    ("calm", "2016-03", 0.8),
    ("turbulent", "2018-10", 1.6),
    ("calm", "2019-01", 0.8),
    ("crisis", "2020-02", 2.6),
    ("recovery", "2020-04", 1.5),
    ("calm", "2020-12", 0.9),
    ("inflation", "2022-01", 1.2),
    ("normal", "2023-01", 1.0),
)
PEAK, TROUGH = "2020-02-19", "2020-03-23"
CRASH, RECOVERY, INFLATION = ("2020-02", "2020-03"), ("2020-04", "2020-08"), ("2022-01", "2022-12")

# Ticker: January 2020 to the peak, peak to trough (both invented), February and March 2020
# together, April to August 2020 (invented), the year 2022.
EPISODES = {
    "SPY": (0.045, -0.335, -0.194, 0.350, -0.182),
    "QQQ": (0.070, -0.280, -0.129, 0.450, -0.326),
    "IWM": (0.035, -0.405, -0.284, 0.340, -0.205),
    "EFA": (0.010, -0.330, -0.208, 0.250, -0.144),
    "EEM": (0.020, -0.315, -0.190, 0.310, -0.206),
    "AGG": (0.012, -0.030, 0.010, 0.028, -0.130),
    "TLT": (0.025, 0.070, 0.134, 0.000, -0.312),
    "SHY": (0.003, 0.015, 0.021, 0.003, -0.039),
    "LQD": (0.015, -0.150, -0.053, 0.100, -0.179),
    "HYG": (0.005, -0.200, -0.112, 0.110, -0.110),
    "VNQ": (0.020, -0.400, -0.251, 0.180, -0.263),
    "GLD": (0.015, -0.070, -0.009, 0.240, -0.008),
    "DBC": (-0.010, -0.250, -0.228, 0.150, 0.193),
}

# Interest the cash fund earns, decimals a year.
INTEREST = {
    2014: 0.0006,
    2015: 0.0006,
    2016: 0.0008,
    2017: 0.0012,
    2018: 0.0030,
    2019: 0.0040,
    2020: 0.0010,
    2021: 0.0006,
    2022: 0.0080,
    2023: 0.0450,
    2024: 0.0500,
    2025: 0.0440,
}
