/* test_drawing.c - SVG text (io/drawing.h): what is kept of gnuplot's, what is plain. The expected
 * texts were written by hand from the rules in drawing.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "io/drawing.h"

/* The body of a drawing whose elements are `inside` must be `expected` (NULL: no drawing). */
static void check(const char *svg, const char *expected) {
  struct text t = text_of(svg);
  char *copy = malloc(t.n + 1), *out = malloc(DRAWING_ROOM(t.n));
  size_t size = 0;
  assert_non_null(copy);
  assert_non_null(out);
  memcpy(copy, svg, t.n); /* without a NUL behind it: reading too far shows under a sanitizer */
  bool drawn = drawing_body(out, &size, (struct text){copy, t.n});
  assert_int_equal(drawn, expected != NULL);
  if (drawn) {
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(out, expected, size);
  }
  free(copy);
  free(out);
}

#define DRAWN(inside) "<svg><defs>x</defs>\n" inside "</g>\n</svg>\n"

static void empty_groups_go_and_others_stay(void **state) {
  (void)state;
  check(DRAWN("<g a=\"1\">\n</g>\n\t<g id=\"p\" ><title>a > b</title>\n<g>\t<g>\n</g>\n</g></g>\n"), "");
  check(DRAWN("<g>\n<g> </g>\n\t<path d='M1,2  '/></g>\n"), "<g>\n<path d=\"M1,2\"/></g>\n");
}

static void tags_are_tidied(void **state) {
  (void)state;
  check(DRAWN("<path stroke = 'rgb( 29,  35,  43)'  d='\nM1 ' />"),
        "<path stroke=\"#1d232b\"  d=\"M1\"/>");
  check(DRAWN("<g fill=\"none\" color=\"black\" stroke=\"currentColor\" stroke-width=\"1.00\" "
              "stroke-linecap=\"butt\" stroke-linejoin=\"miter\">x</g>"), "<g>x</g>");
  check(DRAWN("<a b=\"rgb(1,2)r\" c=rgb(>"), "<a b=\"rgb(1,2)r\" c=rgb(>");
}

static void labels_and_points_become_plain_elements(void **state) {
  (void)state;
  check(DRAWN("<g transform=\"translate(16.00,-4.36)\" stroke=\"none\" fill=\"rgb(84,93,105)\" "
              "font-family=\"DejaVu Sans:Bold\" font-size=\"10.50\"  text-anchor=\"end\">\n"
              "\t<text>a > b &lt; c</text>\n\t</g>"),
        "<text x=\"16\" y=\"-4.36\" font-size=\"10.5\" fill=\"#545d69\" stroke=\"none\" "
        "font-weight=\"bold\" text-anchor=\"end\">a &gt; b &lt; c</text>");
  check(DRAWN("<use xlink:href='#gpPt6' transform='translate(1.5,2) scale(3)' color='red'/>"),
        "<circle cx=\"1.5\" cy=\"2\" r=\"3\" fill=\"red\" stroke=\"none\"/>");
  check(DRAWN("<use xlink:href='#gpPt8' transform='translate(10,20) scale(3)' color='red'/>"),
        "<polygon points=\"10,16.01 6.01,22.01 13.99,22.01\" fill=\"red\" stroke=\"none\"/>");
}

static void what_is_no_drawing_of_gnuplot_is_refused(void **state) {
  (void)state;
  check("", NULL);
  check("<svg></svg>", NULL);
  check("</defs></svg>", NULL);
  check("</defs></g></svg>x", NULL);
  check("</defs></g></svg>", "");
}

static void only_drawings_are_plain(void **state) {
  (void)state;
  static const char *const plain[] = {"<svg a=\"1\"><g>x &amp; y</g><path d=\"M1\"/></svg>", "x",
                                      "<clipPath/>", "<g\n a:b-c=\"'\">"};
  static const char *const others[] = {
      "<script>", "<g onclick=\"x\">", "<g a=\"1\"ONx=\"\">", "<use HREF=\"#a\"/>", "<g a='1'>",
      "<g a=\"url(x)\">", "<g a=\"&#106;\">", "<!-- -->", "<?x?>", "<g a=\"<\">", "<g", "<g a>",
      "<", "<g a=\"1", "<g a=\"\\75\">", "<g a=\"@Import\">", "<g a=\"JavaScript:\">", "<gg>"};
  for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
    assert_true(drawing_is_plain(text_of(plain[i])));
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    assert_false(drawing_is_plain(text_of(others[i])));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(empty_groups_go_and_others_stay),
      cmocka_unit_test(tags_are_tidied),
      cmocka_unit_test(labels_and_points_become_plain_elements),
      cmocka_unit_test(what_is_no_drawing_of_gnuplot_is_refused),
      cmocka_unit_test(only_drawings_are_plain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
