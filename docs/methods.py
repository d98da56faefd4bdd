"""
The statistics of figures: each with its meaning, its source and an example from the tables.

The pages ``docs/method.en.md`` and ``docs/method.zh.md`` are written from here; each example is a
doctest.
"""

from dataclasses import dataclass
from pathlib import Path

from analysis.charts.page import METHOD_PAGES as PAGES
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Language
from analysis.language.vocabulary import Method as Word
from analysis.statistics.intervals import part_of_whole

TITLE = Text("方法", "Method")
LEAD = Text(
    "图中每个数字的算法、出处和一个取自本库数据的例子。例子都作为测试运行。",
    "How each number in a figure is computed, the source of the method, and an example from the "
    "tables of this repository. Every example runs as a test.",
)
LABELS = {
    "reference": Text("出处", "Reference"),
    "library": Text("实现", "Library"),
    "example": Text("例", "Example"),
}
# The interval of a share is that of the method which figures use.
SHARE = part_of_whole(24, 45)
OF_SHARE = label(Word(SHARE.method))
SHARE_SOURCES = {
    Word.CLOPPER_PEARSON: "Clopper C., Pearson E. (1934) Biometrika 26: 404-413",
    Word.WILSON: "Wilson E. (1927) J Am Stat Assoc 22: 209-212",
}


@dataclass(frozen=True, slots=True)
class Method:
    """One statistic: its name, its meaning, its source in the literature, an example."""

    name: Text
    meaning: Text
    reference: str
    library: str
    example: str


METHODS = (
    Method(
        Text("计数的区间", "Interval of a count"),
        Text(
            "把一年的事故起数看作风险不变时偶然得到的一个数。区间给出与它相容的所有可能水平，"
            "真值落在区间外的机会不超过5%。数字越小，区间相对越宽；报告为零时上限是3.69，不是零。"
            "以“家、个、座”等计的单位和处所是安排出来的，不是偶然发生的，不设区间。",
            "The accidents or deaths of a year are taken as one random draw at a constant risk. "
            "The interval contains every expected number that is compatible with the count; at "
            "most 5 of 100 such intervals do not contain the true one. Small counts have "
            "relatively wide intervals; the upper limit of a reported zero is 3.69. Units and "
            "sites that a programme covers are chosen, not random, and have no interval.",
        ),
        "Garwood F. (1936) Fiducial limits for the Poisson distribution. Biometrika 28: 437-442",
        "analysis.statistics.intervals.poisson (scipy.special)",
        """
>>> from analysis.statistics.intervals import poisson
>>> for count in (42, 45, 0):
...     limit = poisson(count)
...     print(count, f"{limit.lower:.1f}-{limit.upper:.2f}")
42 30.3-56.77
45 32.8-60.21
0 0.0-3.69
""",
    ),
    Method(
        Text("四舍五入的计数", "A rounded count"),
        Text(
            "以“万”为单位的数（1.96万人）代表一段范围（19550—19650）。区间从低端的下限到高端的上限，"
            "因此比精确数更宽，图注写明“含四舍五入误差”。“余、多、近”是上下限，不给区间。"
            "工作量（演练、检查、隐患）是完整计数，也不给区间。",
            "A number printed in 万 (1.96万) stands for a range (19,550 to 19,650). Its interval "
            "runs from the lower limit of the low end to the upper limit of the high end, "
            'and the note says "rounding included". Bounds (余, 多, 近) get no interval, nor do '
            "counts of activity (drills, inspections, hazards), which are complete.",
        ),
        "Same method; the range follows from the printed precision",
        "analysis.statistics.rates.limits",
        """
>>> from analysis.statistics import rates
>>> from analysis.tables import load
>>> rows = rates.limits(rates.marks(load.load().context_rows))
>>> china = rows[rows["region"].eq("china") & rows["indicator"].eq("deaths")]
>>> for row in china[china["rounding"].gt(0) & china["method"].ne("")].itertuples():
...     print(row.printed, f"{row.lower:.0f}-{row.upper:.0f}", row.method)
3.4万人 33142-34866 exact-c, rounding included
1.96万人 19277-19927 exact-c, rounding included
""",
    ),
    Method(
        Text("按人口的率", "Rate per 100,000 people"),
        Text(
            "计数与同一地区最近一个公布年份（相差不超过两年）的常住人口相除，区间同除。年份或口径"
            "不同（户籍、普查）时在图注写明。执法检查的对象是企业，不是人口："
            "这类数字按人口折算，只是消除人口规模的影响。",
            "The count divided by the resident population of the nearest published year, at most "
            "two years away; the limits of the interval are divided by the same population. A note "
            "names another year or another kind of population. Inspections are of enterprises, not "
            "of people: a rate of enforcement per person only removes the effect of population "
            "size.",
        ),
        "OHID (2018) Technical guide: confidence intervals for public health data",
        "analysis.statistics.rates.rates",
        """
>>> from analysis.statistics import rates
>>> from analysis.tables import load
>>> data = load.load()
>>> context = rates.marks(data.context_rows)
>>> rows = rates.rates(rates.limits(rates.marks(data.rows)), context)
>>> deaths = rows[rows["region"].eq("chuxiong") & rows["indicator"].eq("deaths")].iloc[0]
>>> f"{deaths['rate']:.2f} ({deaths['rate_lower']:.2f}-{deaths['rate_upper']:.2f})"
'1.93 (1.41-2.59)'
""",
    ),
    Method(
        Text("同比变化", "Change from one year to the next"),
        Text(
            "两年计数之比，配精确条件区间：给定两年总数，今年的数服从二项分布。区间含1，"
            f"标题写“{say('term.too_few').zh}”。",
            "The ratio of the counts of two years with its exact conditional interval: given the "
            "sum of both, the later count is binomial. If the interval contains 1, the title says "
            f"“{say('term.too_few').en}”.",
        ),
        "Przyborowski J., Wilenski H. (1940) Biometrika 31: 313-323; "
        "Krishnamoorthy K., Thomson J. (2004) J Stat Plan Inference 119: 23-35",
        "analysis.statistics.intervals.rate_ratio",
        """
>>> from analysis.statistics.intervals import rate_ratio
>>> for now, before in ((42, 45), (45, 51)):
...     found = rate_ratio(now, 1, before, 1)
...     print(f"{found.ratio:.2f} ({found.lower:.2f}-{found.upper:.2f})")
0.93 (0.60-1.45)
0.88 (0.58-1.34)
""",
    ),
    Method(
        Text("可判断的最小变化", "Smallest detectable change"),
        Text(
            "去年的数字给定后，今年要到多低或多高，区间才不含1。上年45起，今年须≤27或≥67；"
            "上年5起，即使降到零也不能判断。",
            "For a given count of last year: how low or how high this year's count must be for the "
            "interval to exclude 1. After 45 it must be at most 27 or at least 67; after 5, not "
            "even zero is low enough.",
        ),
        "The same exact conditional interval, searched over this year's count",
        "analysis.statistics.tests.detectable_change",
        """
>>> from analysis.statistics.tests import detectable_change
>>> seen = detectable_change([5, 45, 51])
>>> seen.at_most.tolist(), seen.at_least.tolist()
([nan, 27.0, 32.0], [15.0, 67.0, 74.0])
""",
    ),
    Method(
        Text("份额的区间", "Interval of a share"),
        Text(
            f"死亡、事故在各行业的份额，配{OF_SHARE.zh}；所在省较早一期印有同类行业的，"
            "用Fisher精确检验比较，按比较的项数校正。整改数占发现数是完整计数，不设区间，"
            "另列两数之差，报告未说明；只列总数和百分比时，若四舍五入只容一个整数，就推算分子并注明“推算”。",
            f"The share of a sector in deaths or accidents, with the {OF_SHARE.en}. If "
            "the province published the same sector for an earlier period, the two shares are "
            "compared by Fisher's exact test, corrected for the number of sectors compared. "
            "Hazards found and hazards rectified are complete counts without an interval; the "
            "figure has their difference, which no report states. If only the total and the "
            "percentage are printed, the part is computed where rounding leaves one whole "
            "number, and marked as computed.",
        ),
        SHARE_SOURCES[Word(SHARE.method)],
        "analysis.statistics.intervals.part_of_whole",
        f"""
>>> from analysis.statistics.intervals import part_of_whole
>>> limit = part_of_whole(24, 45)
>>> f"{{100 * 24 / 45:.1f}}% ({{100 * limit.lower:.1f}}-{{100 * limit.upper:.1f}})"
'53.3% ({100 * SHARE.lower:.1f}-{100 * SHARE.upper:.1f})'
""",
    ),
    Method(
        Text("一起事故多人死亡", "Several deaths in one accident"),
        Text(
            "一起事故可能死亡多人，按逐人独立计算的区间偏窄。42起事故死亡45人，每起死亡人数未公布时，"
            "多出的3人分散在3起事故，方差为独立时的1.13倍；集中在1起，为1.27倍。"
            "“实际与推算”图按1.27倍另画较宽的区间。",
            "One accident may kill several people, so an interval for independent deaths is too "
            "narrow. Of 45 deaths in 42 accidents, without the deaths of each accident, the three "
            "further ones may be spread over three accidents (1.13 times the variance) or all in "
            "one (1.27 times). The figure of observed and expected deaths also draws the interval "
            "for 1.27 times.",
        ),
        "Kegler S. (2007) Epidemiologic Perspectives & Innovations 4: 1",
        "analysis.statistics.intervals.compound_poisson_bounds",
        """
>>> from analysis.statistics.intervals import compound_poisson_bounds
>>> found = compound_poisson_bounds(42, 45)
>>> f"{found.least_inflation:.2f} {found.most_inflation:.2f}"
'1.13 1.27'
""",
    ),
    Method(
        Text("实际与推算", "Observed against expected"),
        Text(
            "推算数是外部参照（全国、所在省）每10万人的水平乘以本地人口，从不取自所比地区的平均。"
            "实际数除以推算数，配精确区间；死亡另画方差1.27倍的较宽区间。"
            "满三年的另作合并；口径改变前后不合并。",
            "The expected count is the rate of the nation or the province times the population of "
            "the region, never the mean of the regions compared. Observed over expected has an "
            "exact interval; for deaths, a wider one with 1.27 times the variance is drawn too. "
            "Three or more years are also pooled, unless the definition changed between them.",
        ),
        "Garwood F. (1936) Biometrika 28: 437-442; Fay M., Feuer E. (1997) Stat Med 16: 791-801",
        "analysis.statistics.spread.ratio",
        """
>>> from analysis.statistics.spread import ratio
>>> pooled = ratio(149, 105.3)
>>> f"{pooled.ratio:.2f} ({pooled.lower:.2f}-{pooled.upper:.2f})"
'1.42 (1.20-1.66)'
""",
    ),
    Method(
        Text("地区间差异", "The spread of regions"),
        Text(
            "同类市州之间的差异远大于随机波动，故界限计入地区间方差"
            "（加性模型，首尾各10%缩尾，楚雄处为0.48–2.07；不缩尾则为0.42–2.36）。"
            "所评地区不参与估计。人口相距至多五年；只取相距两年以内的8个，差异的估计为0.23，"
            "1.42仍在界限之内。不足一年的推算数按全国首次通报的进度折算。",
            "Prefectures differ by more than chance, so the limits include the variance between "
            "them (additive model, winsorised by a tenth at each end: "
            "0.48-2.07 for Chuxiong; not winsorised 0.42-2.36). The regions judged are not "
            "used for the estimate. A population is of a year at most five years away; with the "
            "eight prefectures for which it is at most two years away, tau is 0.23, and 1.42 is "
            "still within the limits. The expected count of a part of a year uses the national "
            "count that was first published for the same part.",
        ),
        "Spiegelhalter D. (2005) Stat Med 24: 1185-1202; (2012) J R Stat Soc A 175: 1-47",
        "analysis.statistics.spread.adjusted_funnel",
        """
>>> from analysis.statistics.spread import Scale, Spread, adjusted_funnel, funnel
>>> peers = Spread(11, Scale.LOG, 1.10, 9.96, 0.358, 0.1)
>>> [f"{end:.2f}" for end in (*funnel(105.3)[:2], *adjusted_funnel(105.3, peers)[:2])]
['0.82', '1.21', '0.48', '2.07']
""",
    ),
    Method(
        Text("多次比较", "Many comparisons"),
        Text(
            "比较越多，偶然出现的“显著”越多。图中只检验各行业的份额，已按比较的项数校正。"
            "自行作多项比较时，应把全部检验按错误发现率一起判断（Benjamini–Hochberg）。",
            "The more comparisons are tested, the more of them differ by chance. Figures test only "
            "the shares of sectors, corrected for their number. If you test many comparisons "
            "yourself, judge all of them together by the false-discovery rate "
            "(Benjamini-Hochberg).",
        ),
        "Benjamini Y., Hochberg Y. (1995) J R Stat Soc B 57: 289-300",
        "analysis.statistics.tests.false_discovery",
        """
>>> from analysis.statistics.tests import false_discovery
>>> false_discovery([0.01, 0.04, 0.20]).found.tolist()
[True, False, False]
""",
    ),
    Method(
        Text("从变化倒推上年", "The year before, calculated back"),
        Text(
            "“下降6.7%”代表6.65%到6.75%之间的任何变化，所以上年是一段范围；若只容一个整数，"
            "就是那个数。同时列出“减少3起”时直接相减，两者互为核对。",
            'A printed "down 6.7 %" is any change from 6.65 % to 6.75 %, so the count of the year '
            "before is a range; if only one whole number is in it, that is the count. If the "
            "report also prints the difference, the count follows from it directly, and each is a "
            "check of the other.",
        ),
        "Interval arithmetic on the printed precision",
        "analysis.statistics.years.prior_years",
        """
>>> from analysis.statistics import rates, years
>>> from analysis.tables import load
>>> earlier = years.prior_years(rates.marks(load.load().rows))
>>> found = earlier[earlier["settled"]].drop_duplicates(["indicator", "value"])
>>> dict(zip(found["indicator"], found["value"].tolist()))
{'accidents': 45.0, 'deaths': 51.0, 'injuries': 14.0}
""",
    ),
    Method(
        Text("百分比可能对应的数", "Counts behind published percentages"),
        Text(
            "有的地区只公布同比百分比。列出与各年百分比相符的全部整数，再与已公布的部分月份的数核对。"
            "前提是各年数未经修订；没有一组相符，说明至少有一个数被修订过或口径不同。这是推断，不是公布数。",
            "Some regions publish only percentages. All whole numbers that fit the percentages of "
            "consecutive years are listed and checked against the count known for a part of a "
            "year, on the assumption that no count was revised. If none fits, a count was revised "
            "or the scope differs. The counts are inferred, not published.",
        ),
        "Exhaustive search with the printed precision",
        "analysis.statistics.forensics.counts_behind",
        """
>>> from analysis.statistics.forensics import Reading, counts_behind
>>> answer = counts_behind(["-13.33", "-9.2"], reading=Reading.ROUNDED, known={2: (68, 75)})
>>> [chain.counts for chain in answer.chains], answer.finding.value
([(75, 65, 59), (150, 130, 118)], 'contradicted')
""",
    ),
    Method(
        Text("首报与基数", "First prints and bases"),
        Text(
            "次年公布的同比隐含上年同期的基数。基数与首次公布的数不同，说明基数有改动；"
            "公布的同比含这一改动，故图中并列首报与首报相比的变化。2025年一季度全国事故3415起、下降29.5%，"
            "隐含基数4841—4847起，而首次公布为3570起。",
            "A change published a year later implies a count for the same period of the year "
            "before, its base. If the base differs from the count first published, it was changed, "
            "and the published change includes that; the figure therefore also has the change "
            "between first prints. The 3,415 accidents of China in the first quarter of 2025, 29.5 "
            "% down, imply a base of 4,841 to 4,847; 3,570 had been published at first.",
        ),
        "Interval arithmetic on the printed precision",
        "analysis.statistics.forensics.implied_base, analysis.statistics.forensics.vintages",
        """
>>> from analysis.statistics.forensics import implied_base
>>> base = implied_base(3415, percent="-29.5")
>>> base.low, base.high
(4841, 4847)
>>> f"{100 * (3415 / 3570 - 1):.1f}"
'-4.3'
""",
    ),
    Method(
        Text("目标的判断", "Judging a target"),
        Text(
            "零目标按实数判断：发生一起就是未达到；一起没有是当年达到，但真实风险仍可能高到"
            "每年3.0起。其他目标对照区间判断，区间不能判定的，记为“尚不能判断”。",
            "A target of zero is judged by the count itself: with one event it is missed, with "
            "none it is met for that year, although the true risk may still be up to 3.0 a year. "
            "Other targets are judged by the interval; if it contains the target, the result is "
            '"cannot tell".',
        ),
        "OHID technical guide (RAG rating); exact one-sided Poisson limit",
        "analysis.statistics.tests.target_verdict, analysis.statistics.intervals.poisson_upper",
        """
>>> from analysis.statistics.tests import target_verdict
>>> [str(word) for word in target_verdict([0, 1, 45], [0, 0, 42])]
['met', 'missed', 'cannot_tell']
""",
    ),
)


def page(language: Language) -> str:
    """The method page in *language*, as Markdown."""
    lines = [f"# {TITLE[language]}", "", LEAD[language], ""]
    for method in METHODS:
        lines += [f"## {method.name[language]}", "", method.meaning[language], ""]
        lines += [f"- {LABELS['reference'][language]}: {method.reference}"]
        lines += [f"- {LABELS['library'][language]}: `{method.library}`", ""]
        lines += ["```python", method.example.strip(), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def write(folder: Path) -> None:
    """Write the method page of each language into *folder*."""
    for language, name in PAGES.items():
        (folder / name).write_text(page(language), encoding="utf-8")
