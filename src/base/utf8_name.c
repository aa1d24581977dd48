/* From the Unicode Character Database, version 14.0.0 (of the Egyptian format controls 15.0.0): the
 * categories Cc, Cf, Zs, Zl, Zp, Cs and Co beyond ASCII, and what is no character. */
#include "base/utf8.h"

/* clang-format off */
static const struct {
    uint32_t first, last;
} others[] = {
    {0x0080, 0x00a0},   {0x00ad, 0x00ad},   {0x0600, 0x0605},   {0x061c, 0x061c},
    {0x06dd, 0x06dd},   {0x070f, 0x070f},   {0x0890, 0x0891},   {0x08e2, 0x08e2},
    {0x1680, 0x1680},   {0x180e, 0x180e},   {0x2000, 0x200f},   {0x2028, 0x202f},
    {0x205f, 0x2064},   {0x2066, 0x206f},   {0x3000, 0x3000},   {0xd800, 0xf8ff},
    {0xfdd0, 0xfdef},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},   {0x110bd, 0x110bd},
    {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0xe0001, 0xe0001}, {0xe0020, 0xe007f}, {0xf0000, UINT32_MAX},
};
/* clang-format on */

bool quire_utf8_is_name(uint32_t codepoint)
{
    if (codepoint < 0x80)
        return (codepoint >= 'a' && codepoint <= 'z') || (codepoint >= 'A' && codepoint <= 'Z') ||
               (codepoint >= '0' && codepoint <= '9') || codepoint == '_' || codepoint == '-';
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (codepoint >= others[i].first && codepoint <= others[i].last) return false;
    return (codepoint & 0xfffe) != 0xfffe;
}
