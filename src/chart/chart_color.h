/* Private to chart: colours by what they are for.
 *
 * In a picture of its own a role is a colour. For a page it stays a role: gnuplot is given a
 * colour that stands for it, and what gnuplot draws gets the custom property in its place. */
#ifndef QUIRE_CHART_CHART_COLOR_H
#define QUIRE_CHART_CHART_COLOR_H

#include <stdbool.h>
#include <stdint.h>

enum quire_chart_role {
    QUIRE_CHART_ROLE_INK,
    QUIRE_CHART_ROLE_QUIET, /* texts that accompany */
    QUIRE_CHART_ROLE_GRID,
    QUIRE_CHART_ROLE_PAPER,
    QUIRE_CHART_ROLE_TONE, /* 1 of 8 */
    QUIRE_CHART_ROLE_GOOD = QUIRE_CHART_ROLE_TONE + 8,
    QUIRE_CHART_ROLE_BAD,
    QUIRE_CHART_ROLES
};

struct quire_chart_color {
    bool custom; /* rgb, whatever the reader's scheme */
    enum quire_chart_role role;
    uint32_t rgb;
};

/* Colours that stand for roles: this, and the role. */
#define QUIRE_CHART_ROLE_SIGN UINT32_C(0x010200)

/* By day, on white. */
uint32_t quire_chart_role_rgb(enum quire_chart_role role);
/* The custom property without its dashes, "quire-ink". */
const char *quire_chart_role_name(enum quire_chart_role role);

#endif
