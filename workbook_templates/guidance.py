"""One line of help for every sheet and input table."""

from addin.report import schema

HELP = {
    "Policy": "What the client says. Typed values are blue; weights and rates are decimals shown "
    "as per cent. A blank limit is an error, never “no limit”.",
    "Policy_Meta": "Who and what the policy is, and settings every calculation uses.",
    "Policy_Classes": "Range, inner range and target of each asset class. Targets add up to 100%; "
    "min ≤ inner min ≤ target ≤ inner max ≤ max. A sub-class names its parent.",
    "Policy_Limits": "Rule: weight, average, each, return, volatility, tracking error, cvar, beta, "
    "turnover, holdings, exclude. Selector: a ticker, Column=value or Column<=number. A soft "
    "limit may be exceeded where that earns more than soft_price.",
    "Policy_Benchmark": "Rebalanced each period; adds up to 100%.",
    "Policy_Rebalance": "When drift is flagged and how trades are made. Money in base currency.",
    "Policy_Liquidity": "Settlement cash kept, as a share of value, and spending.",
    "Policy_Tax": "Rates and rules for tax lots.",
    "Policy_Score": "How much each criterion counts when candidates are ranked.",
    "Policy_Objectives": "Type: return, real return, spending, funded ratio.",
    "Policy_Exclusions": "What must not be held, and what to do with what is.",
    "Universe": "What may be bought: one row per asset, each in a class of the policy. Further "
    "columns (ESG, Duration …) may be added and used by limits.",
    "Prices": "One row per date, one column per ticker, dividends included. Blank: no price that "
    "day. The sample prices are synthetic.",
    "Assumptions": "Capital-market assumptions per asset or class, annual, with correlations to "
    "the right. For assets without prices.",
    "Holdings": "Whole positions at the price of the date; money is the row CASH at price 1.",
    "Lots": "Purchases that add up to the holdings; Cost is per unit.",
    "Accounts": "Type: taxable, IRA, pension, exempt.",
    "Actions": "Corporate actions not yet applied. Ratio: new units per old unit; Amount: cash "
    "per old unit.",
    "Substitutes": "Identical: buying it within the wash-sale window disallows a loss. Similar: "
    "may replace it meanwhile.",
    "Valuations": "Portfolio value per date; Flow comes after the value of that date, a "
    "contribution is positive.",
    "Scenarios": "Return of each asset class, or of a ticker, in one imagined event. Blank: 0.",
    "Views": "One row per view: its weights by ticker, the annual return it expects, and the "
    "confidence in it (0 to 1).",
    "Overrides": "Decisions of the analyst that survive every run: a trade held, a price "
    "corrected, a note.",
}

REPORT_HELP = {
    schema.SUMMARY: "Everything a member must decide, on one page",
    schema.COMPLIANCE: "Every rule: limit, actual, headroom, status",
    schema.ALLOCATION: "Actual against target and range",
    schema.PERFORMANCE: "Actual and hypothetical returns against the benchmark",
    schema.RISK: "Volatility, value at risk, and who contributes",
    schema.STRESS: "Loss in each scenario, and breaches after it",
    schema.PROPOSAL: "Candidates, the recommended one, and why not the others",
    schema.TRADES: "Orders in whole shares, their cost and reason",
    schema.DATA_QUALITY: "What was found in the inputs",
    schema.METHOD: "What was assumed, and how each figure is defined",
    schema.CHECKS: "Each total computed a second way",
    schema.AUDIT: "Versions, hashes, solver and run log",
}
