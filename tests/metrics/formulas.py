"""The formulas of customer success as metrics, with what they come to in the town."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["EXPECTED", "GROUPED", "METRICS"]

_ACTIVE = "{did: logged_in, within: 28 days}"

METRICS: Mapping[str, str] = {
    # adoption and usage
    "adoption-rate": f"of: user\nshare: {{of: {_ACTIVE}, among: {{everyone: true}}}}\n",
    "feature-adoption": """\
of: user
share:
  of: {did: used, where: {feature: reports}, within: 28 days}
  among: {account.plan: pro}
""",
    "adopted": f"""\
of: user
share: {{of: {{did: logged_in, weeks: {{at_least: 2}}, within: 28 days}}, among: {_ACTIVE}}}
""",
    "active-users": f"of: user\ncount: {_ACTIVE}\n",
    "weekly-users": "of: user\ncount: {did: logged_in, within: 7 days}\n",
    "stickiness": "of: user\nratio: [weekly-users, active-users]\n",
    "seats": "of: account\nsum: seats\n",
    "seat-utilisation": "of: account\nratio: [active-users, seats]\n",
    "median-utilisation": "of: account\nmedian: utilisation\n",
    # speed
    "activation-rate": """\
of: user
share: {of: {days_to_action: {at_most: 14}}, among: {everyone: true}}
""",
    "time-to-action": "of: user\nmedian: days_to_action\n",
    "mean-time-to-action": "of: user\naverage: days_to_action\n",
    "time-to-action-of-admins": "of: user\nmedian: days_to_action\namong: {admin: true}\n",
    # what is made of two
    "unused-seats": "of: account\ndifference: [seats, active-users]\n",
    "consumption-gap": "of: account\nratio: [unused-seats, seats]\n",
    "revenue-change": "of: account\ndifference: [revenue-now, revenue-then]\n",
    "relative-change": "of: account\nratio: [revenue-change, revenue-then]\n",
    "less-nothing": "of: user\ndifference: [answers, average-of-nobody]\n",
    "less-none": "of: user\ndifference: [answers, sum-of-nobody]\n",
    # retention and money
    "revenue-then": "of: account\nsum: mrr_then\n",
    "revenue-now": "of: account\nsum: mrr_now\namong: {mrr_then: {more_than: 0}}\n",
    "revenue-kept": "of: account\nsum: mrr_kept\n",
    "net-retention": "of: account\nratio: [revenue-now, revenue-then]\n",
    "gross-retention": "of: account\nratio: [revenue-kept, revenue-then]\n",
    "logo-retention": """\
of: account
share: {of: {mrr_now: {more_than: 0}}, among: {mrr_then: {more_than: 0}}}
""",
    "revenue-at-risk": "of: account\nsum: mrr_now\namong: {plan: pro}\n",
    # sentiment
    "promoters": "of: user\nshare: {of: {nps: {at_least: 9}}, among: {nps: {set: true}}}\n",
    "detractors": "of: user\nshare: {of: {nps: {at_most: 6}}, among: {nps: {set: true}}}\n",
    "nps": "of: user\naverage: nps_points\n",
    "answers": "of: user\ncount: {nps: {set: true}}\n",
    "net-promoters": "of: user\ndifference: [promoters, detractors]\n",
    "promoters-per-detractor": "of: user\nratio: [promoters, detractors]\n",
    # where there is nobody
    "share-of-nobody": "of: user\nshare: {of: {admin: true}, among: {nps: 99}}\n",
    "average-of-nobody": "of: user\naverage: nps\namong: {nps: 99}\n",
    "median-of-nobody": "of: user\nmedian: nps\namong: {nps: 99}\n",
    "sum-of-nobody": "of: user\nsum: nps\namong: {nps: 99}\n",
    "count-of-nobody": "of: user\ncount: {nps: 99}\n",
    "by-zero": "of: user\nratio: [answers, sum-of-nobody]\n",
    "by-missing": "of: user\nratio: [answers, average-of-nobody]\n",
    "ratio-of-ratios": "of: account\nratio: [net-retention, gross-retention]\n",
    "mean-seats": "of: account\naverage: seats\n",
    "accounts": "of: account\ncount: {everyone: true}\n",
}

EXPECTED: Mapping[str, tuple[float | None, int | None]] = {
    "adoption-rate": (6 / 8, 8),  # users 1 to 6 of eight
    "feature-adoption": (2 / 6, 6),  # users 1 and 2 of the six on pro
    "adopted": (1 / 6, 6),  # user 1, in the weeks of 16 February, 2 and 9 March
    "active-users": (6, 6),
    "weekly-users": (3, 3),  # users 1, 4 and 6
    "stickiness": (3 / 6, None),
    "seats": (30, 3),
    "seat-utilisation": (6 / 30, None),
    "median-utilisation": ((3 / 10 + 3 / 20) / 2, 2),  # no seats, or none known, is no ratio
    "activation-rate": (3 / 8, 8),  # after 2, 10 and 1 days; after 17 days is too late
    "time-to-action": (6.0, 4),  # of 1, 2, 10, 17
    "mean-time-to-action": (7.5, 4),
    "time-to-action-of-admins": (2.0, 1),
    "revenue-then": (10.0, 4),
    "revenue-now": (10.3, 4),
    "revenue-kept": (8.5, 4),
    # 10.0, +1.8, -0.6, -0.9: gross 85 %, net 103 %
    "net-retention": (1.03, None),
    "gross-retention": (0.85, None),
    "logo-retention": (3 / 4, 4),
    "revenue-at-risk": (8.2, 2),
    # 10 9 9 of seven answers, and 6 0: (3 - 2) / 7 of 100
    "promoters": (3 / 7, 7),
    "detractors": (2 / 7, 7),
    "nps": (100 / 7, 7),
    "answers": (7, 7),
    "net-promoters": (1 / 7, 7),
    "unused-seats": (24, None),
    "consumption-gap": (24 / 30, None),
    "revenue-change": (0.3, None),
    "relative-change": (0.03, None),
    "less-nothing": (None, None),
    "less-none": (7, None),
    "promoters-per-detractor": (1.5, None),
    "share-of-nobody": (None, 0),
    "average-of-nobody": (None, 0),
    "median-of-nobody": (None, 0),
    "sum-of-nobody": (0, 0),
    "count-of-nobody": (0, 0),
    "by-zero": (None, None),
    "by-missing": (None, None),
    "ratio-of-ratios": (1.03 / 0.85, None),
    "mean-seats": (10.0, 3),
    "accounts": (4, 4),
}

GROUPED: Mapping[tuple[str, str], Mapping[object, float | None]] = {
    ("adoption-rate", "account.plan"): {"free": 0.0, "pro": 1.0, None: 0.0},
    ("adoption-rate", "admin"): {False: 4 / 6, True: 1.0},
    ("time-to-action", "account.plan"): {"free": None, "pro": 6.0, None: None},
    ("mean-time-to-action", "admin"): {False: 28 / 3, True: 2.0},
    ("seats", "plan"): {"free": 0, "pro": 30, None: 0},
    ("mean-seats", "plan"): {"free": 0.0, "pro": 15.0, None: None},
    ("accounts", "size"): {"large": 1, "small": 2, None: 1},
    ("stickiness", "account.plan"): {"pro": 0.5},
    ("net-retention", "plan"): {"free": 0.0, "pro": 8.2 / 7, None: 1.0},
    ("nps", "nps"): {0: -100.0, 6: -100.0, 7: 0.0, 8: 0.0, 9: 100.0, 10: 100.0, None: None},
    ("net-promoters", "admin"): {False: (1 - 2) / 5, True: 1.0},
    ("relative-change", "plan"): {"free": -1.0, "pro": 1.2 / 7, None: 0.0},
    ("promoters-per-detractor", "account.plan"): {"pro": 1.5, None: None},
    ("share-of-nobody", "admin"): {},
}
