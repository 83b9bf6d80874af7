---@meta bilan
-- luacheck: ignore
--- Types of bilan for editors that read LuaLS annotations. Nothing here runs; a test compares
--- the names with those of the engine. The manual is docs/reference.md.

---@class bilan
---@field _VERSION string
---@field missing bilan.missing
---@field stat bilan.stat
---@field chart bilan.chart
---@field format bilan.format
---@field privacy { minimum: integer }
local bilan = {}

--- The kinds of missing as values.
---@class bilan.missing
---@field no_answer any
---@field not_asked any
---@field dont_know any
---@field refused any

---@class bilan.ReadOptions
---@field delimiter? string
---@field decimal? "."|","
---@field encoding? string
---@field missing? table
---@field types? table<string, string>
---@field codebook? table|string
---@field table? string
---@field query? string
---@field fill? boolean
---@field trim? boolean
---@field replace? boolean
---@field synthetic? boolean
---@field wave? string
---@field name? string

---@param path string
---@param opts? bilan.ReadOptions
---@return Survey
function bilan.read(path, opts) end

---@param columns table
---@return Survey
function bilan.survey(columns) end

---@param book table
---@return table
function bilan.codebook(book) end

---@param versions? table<string, integer>
---@return Sheet?
function bilan.methods(versions) end

---@class bilan.IndicatorDefinition
---@field id string
---@field title? string
---@field estimate Result|Record
---@field chart? Chart
---@field note? string

---@param definition bilan.IndicatorDefinition
---@return Indicator
function bilan.indicator(definition) end

---@class bilan.ReportOptions
---@field title string
---@field subtitle? string
---@field lang? string
---@field author? string
---@field date? string
---@field privacy? any
---@field policy? "nchs"|"30/30"
---@field decimals? integer
---@field small_base? integer|false
---@field verbatims? boolean
---@field synthetic? boolean
---@field contents? boolean

---@param options bilan.ReportOptions
---@return Report
function bilan.report(options) end

---@class bilan.TableDefinition
---@field title? string
---@field subtitle? string
---@field columns table
---@field rows table
---@field lang? string
---@field total? boolean|string
---@field notes? string[]
---@field foot? string[]
---@field synthetic? boolean

---@param given bilan.TableDefinition
---@return Sheet
function bilan.table(given) end

---@class bilan.ClaimsOptions
---@field populations? string|table[]
---@field surveys? table<string, Survey>
---@field lang? string
---@field kinds? table<string, string>
---@field rounding? string

---@param source string|table[]
---@param opts? bilan.ClaimsOptions
---@return Audit
function bilan.claims(source, opts) end

---@class bilan.ReconstructOptions
---@field claims string|table[]
---@field populations? string|table[]
---@field population? string
---@field size? integer
---@field seed? integer
---@field items? table[]
---@field kinds? table
---@field rounding? string
---@field rest? string
---@field other? string
---@field missing? string

---@param options bilan.ReconstructOptions
---@return Survey survey
---@return table made
function bilan.reconstruct(options) end

-- ---- years-- ------------------------------------------------------------------------------------

---@class bilan.WavesOptions
---@field unit? string an item whose values repeat across years: a school, a respondent's code
---@field overlap? boolean some repeat, nobody knows which
---@field lang? "fr"|"en"|"nl"

---Several years as one object: { ["2022"] = survey, ... }, { { "2016", survey }, ... }, a list of
---surveys that say their wave, or the path of an archive.
---@param years table<string, Survey>|{ [1]: string, [2]: Survey }[]|Survey[]|string
---@param opts? bilan.WavesOptions
---@return Waves
function bilan.waves(years, opts) end

---@class Waves
local waves = {}

---@alias bilan.Grade "identical"|"reworded"|"levels merged"|"universe changed"|"levels changed"|"kind changed"|"not asked"

---@return string[]
function waves:years() end

---@return string[]
function waves:items() end

---@param year string|integer
---@return Survey
function waves:survey(year) end

---@param item string
---@param from string|integer
---@param to string|integer
---@return bilan.Grade grade
---@return table[] findings
function waves:grade(item, from, to) end

---@class bilan.ListingOptions
---@field years? string[]
---@field lang? "fr"|"en"|"nl"

---@class Listing
local listing = {}

---@return table[]
function listing:rows() end

---@param opts? { lang?: string }
---@return Sheet
function listing:sheet(opts) end

---@param opts? { lang?: string }
---@return string
function listing:to_text(opts) end

---@param opts? bilan.ListingOptions
---@return Listing
function waves:grades(opts) end

---@param opts? bilan.ListingOptions
---@return Listing
function waves:changes(opts) end

---@class bilan.TrendOptions
---@field level? string
---@field by? string|string[]
---@field mean? boolean
---@field statistic? "share"|"mean"|"median"|"total"
---@field years? string[]
---@field nets? true|table<string, string[]>
---@field base? "asked"|"answered"|"ticked"|"answers"
---@field missing? "include"
---@field ci? string
---@field conf? number
---@field df? "domain"|"design"
---@field lang? "fr"|"en"|"nl"
---@field title? string

---@param item string
---@param opts? bilan.TrendOptions
---@return Result
function waves:trend(item, opts) end

---@class bilan.CompareOptions
---@field items? string[]
---@field level? string
---@field by? string|string[]
---@field adjust? "holm"|"hochberg"|"hommel"|"bonferroni"|"bh"|"by"|"none"
---@field nets? true|table<string, string[]>
---@field base? "asked"|"answered"|"ticked"|"answers"
---@field ci? "newcombe"|"newcombe_cc"|"miettinen_nurminen"|"agresti_caffo"|"wald"
---@field conf? number
---@field df? "domain"|"design"
---@field unit? string|false
---@field overlap? boolean
---@field lang? "fr"|"en"|"nl"
---@field title? string

---@param from string|integer
---@param to string|integer
---@param opts? bilan.CompareOptions
---@return Result
function waves:compare(from, to, opts) end

---@class bilan.ChangeOptions: bilan.CompareOptions
---@field from? string|integer
---@field to? string|integer
---@field mean? boolean
---@field statistic? "share"|"mean"|"median"|"total"

---@param item string
---@param opts? bilan.ChangeOptions
---@return Result
function waves:change(item, opts) end

---@class bilan.TurnoverOptions
---@field level string
---@field from? string|integer
---@field to? string|integer
---@field unit? string|false
---@field conf? number
---@field df? "domain"|"design"
---@field lang? "fr"|"en"|"nl"
---@field title? string

---@param item string
---@param opts bilan.TurnoverOptions
---@return Result
function waves:turnover(item, opts) end

---@class bilan.StackOptions
---@field years? string[]
---@field items? string[]
---@field unit? string|false
---@field design? false

---@param opts? bilan.StackOptions
---@return Survey
function waves:stack(opts) end

-- ---- surveys ------------------------------------------------------------------------------------

--- An immutable table of respondents with its codebook.
---@class Survey
local Survey = {}

---@class EstimateOptions
---@field by? string|string[]
---@field conf? number
---@field df? "domain"|"design"
---@field lang? "fr"|"en"|"nl"
---@field title? string

---@alias bilan.Method
---| "wilson"
---| "wilson_cc"
---| "wald"
---| "agresti_coull"
---| "clopper_pearson"
---| "jeffreys"
---| "mid_p"
---| "likelihood"
---| "arcsine"
---| "logit"
---| "blaker"

---@class ShareOptions: EstimateOptions
---@field level? string
---@field ci? bilan.Method
---@field nets? table<string, string[]>|true
---@field base? "asked"|"answered"|"ticked"|"answers"
---@field missing? "exclude"|"include"

---@class FreqOptions: ShareOptions
---@field sort? "level"|"descending"|"ascending"

---@class CrosstabOptions: FreqOptions
---@field percent? "col"|"row"|"total"|"none"
---@field test? boolean
---@field letters? boolean
---@field alpha? number
---@field adjust? "none"|"bonferroni"|"holm"|"hochberg"|"hommel"|"bh"|"by"
---@field smallest? integer
---@field margins? boolean

---@class MomentOptions: EstimateOptions
---@field deff? boolean|"none"|"wor"|"wr"|"replace"

---@class ContrastOptions: EstimateOptions
---@field coefficients table<string|number, number>|number[]
---@field level? string

---@class QuantileOptions: EstimateOptions
---@field p? number|number[]
---@field rule? string
---@field ties? "rows"|"summed"

---@class DifferenceOptions: EstimateOptions
---@field from string
---@field to string
---@field level? string
---@field ci? "newcombe"|"newcombe_cc"|"miettinen_nurminen"|"agresti_caffo"|"wald"

---@return string[]
function Survey:names() end
---@class bilan.Item
---@field id string
---@field kind string
---@field label string
---@field question? string
---@field levels string[]
---@field nets table[]
---@field universe? string
---@field base? string
---@field unit? string
---@field note? string

---@param name string
---@return bilan.Item
function Survey:item(name) end
---@param name string
---@param lang? string
---@return string
function Survey:label(name, lang) end
---@param name string
---@return any[]
function Survey:column(name) end
---@param n? integer
---@return table<string, any>[]
function Survey:head(n) end
---@return table
function Survey:origin() end
---@param expr string
---@return Survey
function Survey:where(expr) end
---@param expr string
---@return Survey
function Survey:drop_rows(expr) end
---@param exprs table
---@return Survey
function Survey:derive(exprs) end
---@param name string
---@param map table<string, string|string[]>
---@param opts? { into?: string, kind?: string }
---@return Survey
function Survey:recode(name, map, opts) end
---@param map table<string, string>
---@return Survey
function Survey:rename(map) end
---@param ... string|string[]
---@return Survey
function Survey:select(...) end
---@param other Survey
---@return Survey
function Survey:stack(other) end
---@param other Survey
---@param opts { by: string }|string
---@return Survey
function Survey:join(other, opts) end
---@param sets table<string, table>
---@param opts? { ticked?: string[], blank_is_no?: boolean }
---@return Survey
function Survey:group(sets, opts) end
---@param query string
---@return Survey
function Survey:sql(query) end
---@class bilan.WriteOptions
---@field delimiter? string
---@field decimal? string
---@field raw? boolean
---@field bom? boolean
---@field newline? "crlf"|"lf"

---@param path string
---@param opts? bilan.WriteOptions
---@return string
function Survey:write(path, opts) end
---@param reason? string
---@return Survey
function Survey:mark_synthetic(reason) end

---@param item string an item, or a predicate such as "age >= 15"
---@param opts? ShareOptions
---@return Result
function Survey:proportion(item, opts) end
---@param item string
---@param opts? FreqOptions
---@return Result
function Survey:freq(item, opts) end
---@param row string
---@param col string|string[]
---@param opts? CrosstabOptions
---@return Result
function Survey:crosstab(row, col, opts) end
---@param item string
---@param opts? MomentOptions
---@return Result
function Survey:mean(item, opts) end
---@param item string
---@param opts? MomentOptions
---@return Result
function Survey:total(item, opts) end
---@param item string
---@param opts? QuantileOptions
---@return Result
function Survey:median(item, opts) end
---@param item string
---@param opts? QuantileOptions
---@return Result
function Survey:quantile(item, opts) end
---@param numerator string
---@param denominator string
---@param opts? MomentOptions
---@return Result
function Survey:ratio(numerator, denominator, opts) end
---@param item string
---@param opts DifferenceOptions
---@return Result
function Survey:difference(item, opts) end
---@param item string an item, or a predicate such as "age >= 15"
---@param opts ContrastOptions
---@return Result
function Survey:contrast(item, opts) end
---@class bilan.IndependenceOptions
---@field statistic? "pearson"|"likelihood_ratio"|"fisher"|"F"|"Chisq"|"Wald"|"adjWald"|"lincom"|"saddlepoint"
---@field correct? boolean
---@field conf? number

---@param row string
---@param col string
---@param opts? bilan.IndependenceOptions
---@return Result
function Survey:independence(row, col, opts) end
---@class bilan.TTestOptions
---@field by? string
---@field from? string
---@field to? string
---@field after? string
---@field mu? number
---@field pooled? boolean
---@field conf? number

---@param item string
---@param opts? bilan.TTestOptions
---@return Result
function Survey:t_test(item, opts) end
---@class bilan.RankOptions
---@field by? string
---@field from? string
---@field to? string
---@field after? string
---@field test? "wilcoxon"|"vanderWaerden"|"median"|"KruskalWallis" with a declared design
---@field ties? "file"|"shared" with a declared design
---@field conf? number

---@param item string
---@param opts? bilan.RankOptions
---@return Result
function Survey:rank_test(item, opts) end
---@class bilan.GoodnessOptions
---@field shares table<string|number, number> known share of each level
---@field order? "second"|"first"|"F" with a declared design

---@param item string
---@param opts bilan.GoodnessOptions
---@return Result
function Survey:goodness_of_fit(item, opts) end
---@param before string
---@param after string
---@param opts? { level?: string, kind?: "auto"|"plain"|"corrected"|"exact", conf?: number }
---@return Result
function Survey:mcnemar(before, after, opts) end
---@param item string
---@param opts { level: string, by: string }
---@return Result
function Survey:trend(item, opts) end
---@class bilan.MantelHaenszelOptions
---@field strata string
---@field row_level? string
---@field col_level? string
---@field correct? boolean
---@field conf? number

---@param row string
---@param col string
---@param opts bilan.MantelHaenszelOptions
---@return Result
function Survey:mantel_haenszel(row, col, opts) end

---@class bilan.RegressionOptions
---@field family? "gaussian"|"binomial"|"quasibinomial"|"poisson"|"quasipoisson"
---@field link? "identity"|"log"|"logit"|"probit"|"cloglog"
---@field offset? string
---@field reference? table<string, string|number>
---@field exponentiate? boolean
---@field epsilon? number
---@field conf? number
---@field df? "domain"|"design"
---@field lang? "fr"|"en"|"nl"
---@field title? string

---@param formula string
---@param opts? bilan.RegressionOptions
---@return Result
function Survey:glm(formula, opts) end
---@param formula string
---@param opts? { reference?: table<string, string|number>, exponentiate?: boolean, conf?: number, df?: "domain"|"design", lang?: "fr"|"en"|"nl", title?: string }
---@return Result
function Survey:ordinal(formula, opts) end

---@class bilan.DesignOptions
---@field weights? string
---@field strata? string|(string|false)[]
---@field clusters? string|string[]
---@field fpc? string|number|(string|number|false)[]
---@field nest? boolean
---@field lonely? "fail"|"adjust"|"certainty"|"average"
---@field sampling? "probability"|"nonprobability"|"census"

---@param opts? bilan.DesignOptions
---@return Survey
function Survey:design(opts) end

---@class bilan.DesignReport
---@field strata? integer
---@field psus? integer
---@field stages? integer
---@field df? integer
---@field lonely? string
---@field lonely_strata? integer
---@field sampling? string
---@field collisions? integer
---@field replicates? table
---@field declared? table
---@field receipts? bilan.Receipt[]
---@field text string

---@param opts? { lang?: "fr"|"en"|"nl" }
---@return bilan.DesignReport
function Survey:design_report(opts) end

---@alias bilan.ReplicateKind
---| "brr"
---| "fay"
---| "jk1"
---| "jkn"
---| "jk2"
---| "bootstrap"
---| "sdr"
---| "other"

---@class bilan.ReplicatesOptions
---@field weights? string
---@field replicate_weights string|string[]
---@field kind bilan.ReplicateKind
---@field rho? number
---@field scale? number
---@field rscales? number|number[]
---@field mse? boolean
---@field combined? boolean
---@field df? "rank"|"replicates"

---@param opts bilan.ReplicatesOptions
---@return Survey
function Survey:replicates(opts) end

---@class bilan.ToReplicatesOptions
---@field kind bilan.ReplicateKind
---@field replicates? integer
---@field rho? number
---@field mse? boolean
---@field seed? integer
---@field df? "rank"|"replicates"

---@param opts bilan.ToReplicatesOptions
---@return Survey
function Survey:to_replicates(opts) end

---@alias bilan.Totals table<string|number, number>

---@class bilan.PoststratifyOptions
---@field shares? boolean
---@field total? number
---@field epsilon? number

---@class bilan.RakeOptions: bilan.PoststratifyOptions
---@field iterations? integer
---@field maxit? integer

---@class bilan.CalibrateOptions: bilan.RakeOptions
---@field distance? "linear"|"raking"|"logit"
---@field bounds? number[]

---@param margins table<string, bilan.Totals>|table[]
---@param opts? bilan.RakeOptions
---@return Survey
function Survey:rake(margins, opts) end
---@param item string
---@param totals bilan.Totals
---@param opts? bilan.PoststratifyOptions
---@return Survey
function Survey:poststratify(item, totals, opts) end
---@param totals table<string, bilan.Totals|number>|table[]
---@param opts? bilan.CalibrateOptions
---@return Survey
function Survey:calibrate(totals, opts) end

---@class bilan.TrimOptions
---@field low? number
---@field high? number
---@field low_ratio? number
---@field high_ratio? number
---@field strict? boolean

---@param opts bilan.TrimOptions
---@return Survey
function Survey:trim(opts) end

---@class bilan.Receipt
---@field verb "rake"|"poststratify"|"calibrate"|"trim"
---@field items string[]
---@field iterations integer
---@field change? number
---@field least number
---@field most number
---@field effective_n number
---@field deff number
---@field trimmed integer
---@field failed integer
---@field lines { item?: string, level?: string, n: integer, before: number, target: number, reached: number }[]

---@param opts? { lang?: "fr"|"en"|"nl", title?: string }
---@return Result
function Survey:weight_report(opts) end
---@param name string
---@return Survey
function Survey:add_weights(name) end

-- ---- results --------------------------------------------------------------------------------------

---@class Record
---@field level? string
---@field by table<string, any>
---@field p? number
---@field row? string
---@field col? string
---@field banner? string
---@field value? number
---@field se? number
---@field low? number
---@field high? number
---@field conf? number
---@field count? integer
---@field n integer
---@field weighted_n? number
---@field effective_n? number
---@field missing? integer
---@field missing_kinds? table<string, integer>
---@field df? number
---@field statistic? number
---@field p_value? number
---@field effect? number
---@field letters? string
---@field note? string
---@field flag? "withheld"|"review"|"complement"
---@field flag_reason? string
---@field grade? bilan.Grade of a trend or change: how well it compares
---@field since? string the year that a trend's grade is held against
---@field broken? boolean not to be joined with that year
---@field from_value? number
---@field from_n? integer
---@field to_value? number
---@field to_n? integer

---@class Result: Record
---@field kind string
---@field title string
---@field unit string
---@field lang string
---@field synthetic boolean
local Result = {}

---@class OutputOptions
---@field privacy? any
---@field policy? "nchs"|"30/30"
---@field lang? string
---@field decimals? integer
---@field rule? "half_up"|"half_even"|"half_down"
---@field small_base? integer|false
---@field se? boolean

---@return Record[]
function Result:rows() end
function Result:each() end
---@param keys? table
---@return Record?
---@return string? why
function Result:get(keys) end
---@param opts? OutputOptions
---@return Sheet
function Result:sheet(opts) end
---@param opts? table
---@return string
function Result:to_text(opts) end
---@param opts? table
---@return string
function Result:tostring(opts) end
---@param path? string|table
---@param opts? table
---@return string
function Result:to_csv(path, opts) end
---@param path? string|table
---@param opts? table
---@return string
function Result:to_json(path, opts) end
---@param path? string|table
---@param opts? table
---@return string
function Result:to_markdown(path, opts) end
---@param path? string|table
---@param opts? table
---@return string
function Result:to_html(path, opts) end
---@param path? string|table
---@param opts? table
---@return string
function Result:to_xlsx(path, opts) end

--- A released table.
---@class Sheet
local Sheet = {}
---@return table[]
function Sheet:records() end
---@return table
function Sheet:grid() end

---@class Chart
---@field title string
---@field description string
---@field sheet Sheet
---@field svg string
local Chart = {}
---@param path string
---@return string
function Chart:write(path) end
---@return Result?
function Chart:result() end
---@param policy any
---@param lang? string
---@param rules? "nchs"|"30/30"
---@return Chart
function Chart:under(policy, lang, rules) end

---@class Indicator
---@field id string
---@field title string
---@field note? string
---@field where string
local Indicator = {}
---@param policy? any
---@param opts? table
---@return Sheet
function Indicator:sheet(policy, opts) end
---@param policy? any
---@param opts? table
---@return table?
function Indicator:headline(policy, opts) end

---@class Report
local Report = {}
---@param title string
---@param level? 1|2|3
---@return Report
function Report:section(title, level) end
---@param text string
---@return Report
function Report:text(text) end
---@param text string
---@return Report
function Report:note(text) end
---@param source Result|Sheet
---@param opts? { caption?: string, subtitle?: string, note?: string, decimals?: integer }
---@return Report
function Report:table(source, opts) end
---@param chart Chart
---@param opts? { caption?: string }
---@return Report
function Report:chart(chart, opts) end
---@param audit Audit
---@param opts? { caption?: string }
---@return Report
function Report:claims(audit, opts) end
---@param list string[]
---@param opts? { n?: integer, title?: string, redact?: boolean, show?: boolean }
---@return Report
function Report:verbatims(list, opts) end
---@param ... Indicator|string
---@return Report
function Report:indicator(...) end
---@return Report
function Report:indicators() end
---@param path string
---@return string
function Report:write(path) end

---@class Audit
local Audit = {}
---@return { id: string, verdict: string, why: string, smallest_n?: integer, counts?: table }[]
function Audit:rows() end
---@return table[]
function Audit:populations() end
---@return table[]
function Audit:conflicts() end
---@return table[]
function Audit:findings() end
---@param id string
---@return table?
function Audit:get(id) end
---@return table
function Audit:to_table() end

-- ---- modules --------------------------------------------------------------------------------------

---@class bilan.stat
local stat = {}

---@param x number
---@param n number
---@param opts? { method?: string, conf?: number }
---@return table
function stat.proportion_ci(x, n, opts) end

---@param x1 number
---@param n1 number
---@param x2 number
---@param n2 number
---@param opts? table
---@return table
function stat.difference_ci(x1, n1, x2, n2, opts) end

---@param x1 number
---@param n1 number
---@param x2 number
---@param n2 number
---@param opts? table
---@return table
function stat.risk_ratio(x1, n1, x2, n2, opts) end

---@param x1 number
---@param n1 number
---@param x2 number
---@param n2 number
---@param opts? table
---@return table
function stat.odds_ratio(x1, n1, x2, n2, opts) end

---@param rows number[][]
---@param opts? table
---@return table
function stat.chi_squared(rows, opts) end

---@param rows number[][]
---@param opts? table
---@return table
function stat.fisher(rows, opts) end

---@param rows number[][]
---@param opts? table
---@return table
function stat.mcnemar(rows, opts) end

---@param rows number[][]
---@param opts? table
---@return table
function stat.rank_sum_table(rows, opts) end

---@param rows number[][]
---@return table
function stat.kruskal_table(rows) end

---@param rows number[][]
---@return table
function stat.ordinal(rows) end

---@param x number[]
---@param n number[]
---@param opts? { scores?: number[] }
---@return table
function stat.trend(x, n, opts) end

---@param tables number[][][]
---@param opts? { correct?: boolean, conf?: number }
---@return table
function stat.mantel_haenszel(tables, opts) end

---@param a number[]|table
---@param b? number[]|table
---@param opts? { pooled?: boolean, paired?: boolean, mu?: number, conf?: number }
---@return table
function stat.t_test(a, b, opts) end

---@param a number[]
---@param b? number[]
---@param opts? { exact?: boolean, correct?: boolean }
---@return table
function stat.rank_sum(a, b, opts) end

---@param a number[]
---@param b? number[]
---@param opts? { exact?: boolean, correct?: boolean }
---@return table
function stat.signed_rank(a, b, opts) end

---@param samples number[][]
---@return table
function stat.kruskal(samples) end

---@param p1 number
---@param p2 number
---@return number
function stat.cohen_h(p1, p2) end

---@param a number[]|table
---@param b number[]|table
---@return number?
function stat.cohen_d(a, b) end

---@param a number[]|table
---@param b number[]|table
---@return number?
function stat.hedges_g(a, b) end

---@param a number[]
---@param b number[]
---@return number?
function stat.cliff_delta(a, b) end

---@param list number[]
---@param method? string
---@return number[]
function stat.p_adjust(list, method) end

---@param counts integer[]
---@param opts? { decimals?: integer, rule?: string }
---@return number[]
function stat.round_percentages(counts, opts) end

---@param plan table
---@return table
function stat.sample_size(plan) end

---@param plan table
---@return table
function stat.power(plan) end

---@param x number
---@param opts? { upper?: boolean }
---@return number
function stat.normal_cdf(x, opts) end

---@param p number
---@param opts? { upper?: boolean }
---@return number
function stat.normal_quantile(p, opts) end

---@param x number
---@param df number
---@param opts? { upper?: boolean }
---@return number
function stat.t_cdf(x, df, opts) end

---@param p number
---@param df number
---@param opts? { upper?: boolean }
---@return number
function stat.t_quantile(p, df, opts) end

---@param x number
---@param df number
---@param opts? { upper?: boolean }
---@return number
function stat.chi_squared_cdf(x, df, opts) end

---@param p number
---@param df number
---@param opts? { upper?: boolean }
---@return number
function stat.chi_squared_quantile(p, df, opts) end

---@param x number
---@param df1 number
---@param df2 number
---@param opts? { upper?: boolean }
---@return number
function stat.f_cdf(x, df1, df2, opts) end

---@param p number
---@param df1 number
---@param df2 number
---@param opts? { upper?: boolean }
---@return number
function stat.f_quantile(p, df1, df2, opts) end

---@param x number
---@param a number
---@param b number
---@param opts? { upper?: boolean }
---@return number
function stat.beta_cdf(x, a, b, opts) end

---@param p number
---@param a number
---@param b number
---@param opts? { upper?: boolean }
---@return number
function stat.beta_quantile(p, a, b, opts) end

---@param x number
---@param shape number
---@param opts? { upper?: boolean }
---@return number
function stat.gamma_cdf(x, shape, opts) end

---@param p number
---@param shape number
---@param opts? { upper?: boolean }
---@return number
function stat.gamma_quantile(p, shape, opts) end

---@param k number
---@param n number
---@param p number
---@param opts? { upper?: boolean }
---@return number
function stat.binomial_cdf(k, n, p, opts) end

---@param k number
---@param mean number
---@param opts? { upper?: boolean }
---@return number
function stat.poisson_cdf(k, mean, opts) end

---@param k number
---@param white number
---@param black number
---@param drawn number
---@param opts? { upper?: boolean }
---@return number
function stat.hypergeometric_cdf(k, white, black, drawn, opts) end

---@class bilan.chart
local chart = {}

---@param source Result|Result[]|Sheet
---@param opts? table
---@return Chart
function chart.bars(source, opts) end

---@param source Result|Result[]|Sheet
---@param opts? table
---@return Chart
function chart.grouped_bars(source, opts) end

---@param source Result|Result[]|Sheet
---@param opts? table
---@return Chart
function chart.stacked(source, opts) end

---@param source Result|Result[]|Sheet
---@param opts? table
---@return Chart
function chart.likert(source, opts) end

---@param source Result|Result[]|Sheet
---@param opts? table
---@return Chart
function chart.dots(source, opts) end

---@param source Result|Result[]|Sheet
---@param opts? table
---@return Chart
function chart.trend(source, opts) end

---@param source Result|Result[]|Sheet
---@param opts? table
---@return Chart
function chart.slope(source, opts) end

---@param source Result|Result[]|Sheet
---@param opts? table
---@return Chart
function chart.pyramid(source, opts) end

---@param source Result|Result[]|Sheet
---@param opts? table
---@return Chart
function chart.heatmap(source, opts) end

---@param source Result|Result[]|Sheet
---@param opts? table
---@return Chart
function chart.histogram(source, opts) end

---@param thing any
---@return boolean
function chart.is_chart(thing) end

---@class bilan.format
local format = {}

---@param x number
---@param opts? table
---@return string?
function format.number(x, opts) end

---@param x number
---@param opts? table
---@return string?
function format.count(x, opts) end

---@param k integer
---@param n integer
---@param opts? table
---@return string?
function format.percent(k, n, opts) end

---@param value? number
---@param count? integer
---@param n? integer
---@param opts? table
---@return string?
function format.share(value, count, n, opts) end

---@param value number
---@param opts? table
---@return string?
function format.points(value, opts) end

---@param p number
---@param opts? table
---@return string?
function format.p_value(p, opts) end

---@param low number
---@param high number
---@param opts? table
---@return string?
function format.interval(low, high, opts) end

---@param iso string
---@param opts? table
---@return string
function format.date(iso, opts) end

---@param i integer
---@param opts? table
---@return string
function format.ordinal(i, opts) end

---@param text string
---@param opts? table
---@return string
function format.typography(text, opts) end

---@param lang string
---@param key string
---@param args? table
---@return string
function format.say(lang, key, args) end

---@param x any
---@return boolean
function format.is_figure(x) end

return bilan
