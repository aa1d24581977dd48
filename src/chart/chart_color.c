/* The eight tones differ in lightness as well as in hue, neighbours most of all, and each stands
 * out from white by 3 to 1 at least (WCAG 2.1, 1.4.11). */
#include "chart/chart_color.h"

struct role {
    const char *name;
    uint32_t rgb;
};

static const struct role roles[QUIRE_CHART_ROLES] = {
    [QUIRE_CHART_ROLE_INK] = {"quire-ink", 0x1c2430},
    [QUIRE_CHART_ROLE_QUIET] = {"quire-quiet", 0x5a6573},
    [QUIRE_CHART_ROLE_GRID] = {"quire-grid", 0xdfe3e8},
    [QUIRE_CHART_ROLE_PAPER] = {"quire-paper", 0xffffff},
    [QUIRE_CHART_ROLE_TONE] = {"quire-tone-1", 0x2f6db5},
    [QUIRE_CHART_ROLE_TONE + 1] = {"quire-tone-2", 0xc77b12},
    [QUIRE_CHART_ROLE_TONE + 2] = {"quire-tone-3", 0x1d8a77},
    [QUIRE_CHART_ROLE_TONE + 3] = {"quire-tone-4", 0x8a56b0},
    [QUIRE_CHART_ROLE_TONE + 4] = {"quire-tone-5", 0x7d8894},
    [QUIRE_CHART_ROLE_TONE + 5] = {"quire-tone-6", 0xa3512b},
    [QUIRE_CHART_ROLE_TONE + 6] = {"quire-tone-7", 0x4a90c2},
    [QUIRE_CHART_ROLE_TONE + 7] = {"quire-tone-8", 0x5d7a1f},
    [QUIRE_CHART_ROLE_GOOD] = {"quire-good", 0x2e7d4f},
    [QUIRE_CHART_ROLE_BAD] = {"quire-bad", 0xc0392b},
};

uint32_t quire_chart_role_rgb(enum quire_chart_role role)
{
    return roles[role].rgb;
}

const char *quire_chart_role_name(enum quire_chart_role role)
{
    return roles[role].name;
}
