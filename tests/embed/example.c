/* example.c - who says yes, school by school:   example answers.csv */
#include <bilan.h>
#include <stdio.h>

static void print_shares(const bilan_result *shares) {
  for (size_t row = 0; row < bilan_result_rows(shares); row++) {
    double share = 0, low = 0, high = 0;
    printf("%s:", bilan_result_key(shares, row, "school"));
    if (bilan_result_figure(shares, &share, row, BILAN_FIGURE_VALUE))
      printf(" %.1f %%", 100 * share);
    if (bilan_result_figure(shares, &low, row, BILAN_FIGURE_LOW) &&
        bilan_result_figure(shares, &high, row, BILAN_FIGURE_HIGH))
      printf(" (%.1f to %.1f)", 100 * low, 100 * high);
    printf(" of n = %lld%s%s\n", (long long)bilan_result_n(shares, row),
           *bilan_result_note(shares, row) ? "; " : "", bilan_result_note(shares, row));
  }
}

int main(int count, char **arguments) {
  bilan *b = NULL;
  bilan_survey *survey = NULL, *grown = NULL;
  bilan_result *shares = NULL;
  bilan_estimate_options options = BILAN_ESTIMATE_OPTIONS;
  options.by[0] = "school";
  options.level = "yes";
  bilan_status status = bilan_open(&b);
  if (!status) status = bilan_read_csv(b, &survey, count > 1 ? arguments[1] : NULL, NULL);
  if (!status) status = bilan_where(b, &grown, survey, "age >= 15");
  if (!status) status = bilan_proportion(b, &shares, grown, "answer", &options);
  if (!status) print_shares(shares);
  else fprintf(stderr, "%s: %s\n", bilan_status_name(status), bilan_message(b));
  bilan_result_free(shares);
  bilan_survey_free(grown);
  bilan_survey_free(survey);
  bilan_close(b);
  return (int)status;
}
