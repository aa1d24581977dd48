#include "chart/gnuplot.h"

#include "chart/child.h"

int quire_gnuplot_run(const struct quire_chart_options *options, const struct quire_buf *script,
                      struct quire_buf *output, struct quire_error *error)
{
    char name[] = "gnuplot", defaults[] = "-d";
    char *const argv[] = {name, defaults, NULL};
    const struct quire_child_call call = {
        .program = options->program,
        .argv = argv,
        .hint = "charts are drawn by gnuplot 5: install it (Debian: gnuplot-nox)",
        .input = script,
        .timeout_ms = options->timeout_ms,
        .context = options->context,
    };
    return quire_child_run(&call, output, error);
}
