/* archive.c - the same question to two waves of an archive:   archive years.bilan 2023 2024 */
#include <bilan.h>
#include <stdio.h>

static bilan_status print_share(bilan *b, const char *path, const char *wave) {
  bilan_survey *survey = NULL;
  bilan_result *share = NULL;
  double value = 0;
  bilan_estimate_options options = BILAN_ESTIMATE_OPTIONS;
  options.level = "yes";
  bilan_status status = bilan_read_archive(b, &survey, path, wave);
  if (!status) status = bilan_proportion(b, &share, survey, "answer", &options);
  if (!status && bilan_result_figure(share, &value, 0, BILAN_FIGURE_VALUE))
    printf("%s: %.1f %% of n = %lld\n", wave, 100 * value, (long long)bilan_result_n(share, 0));
  bilan_result_free(share);
  bilan_survey_free(survey);
  return status;
}

int main(int count, char **arguments) {
  bilan *b = NULL;
  bilan_status status = bilan_open(&b);
  for (int i = 2; !status && i < count; i++) status = print_share(b, arguments[1], arguments[i]);
  if (status) fprintf(stderr, "%s: %s\n", bilan_status_name(status), bilan_message(b));
  bilan_close(b);
  return (int)status;
}
