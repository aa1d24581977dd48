/* Whitespace, comments, and what each character may be part of. */
#include "format/ion/ion_text_token.h"

#include <string.h>

#include "base/fail.h"

#define S (QUIRE_ION_BLANK | QUIRE_ION_STOP)
#define L (QUIRE_ION_IDENTIFIER | QUIRE_ION_NUMERIC)
#define D (QUIRE_ION_IDENTIFIER | QUIRE_ION_NUMERIC | QUIRE_ION_DIGIT)
#define O QUIRE_ION_OPERATOR
#define N (QUIRE_ION_OPERATOR | QUIRE_ION_NUMERIC)
#define P QUIRE_ION_STOP
#define I QUIRE_ION_IDENTIFIER
#define C QUIRE_ION_NUMERIC
const uint8_t quire_ion_classes[256] = {
    ['\t'] = S, ['\n'] = S, ['\v'] = S, ['\f'] = S, ['\r'] = S, [' '] = S, ['!'] = O, ['"'] = P,
    ['#'] = O,  ['$'] = I,  ['%'] = O,  ['&'] = O,  ['\''] = P, ['('] = P, [')'] = P, ['*'] = O,
    ['+'] = N,  [','] = P,  ['-'] = N,  ['.'] = N,  ['/'] = O,  ['0'] = D, ['1'] = D, ['2'] = D,
    ['3'] = D,  ['4'] = D,  ['5'] = D,  ['6'] = D,  ['7'] = D,  ['8'] = D, ['9'] = D, [':'] = C,
    [';'] = O,  ['<'] = O,  ['='] = O,  ['>'] = O,  ['?'] = O,  ['@'] = O, ['A'] = L, ['B'] = L,
    ['C'] = L,  ['D'] = L,  ['E'] = L,  ['F'] = L,  ['G'] = L,  ['H'] = L, ['I'] = L, ['J'] = L,
    ['K'] = L,  ['L'] = L,  ['M'] = L,  ['N'] = L,  ['O'] = L,  ['P'] = L, ['Q'] = L, ['R'] = L,
    ['S'] = L,  ['T'] = L,  ['U'] = L,  ['V'] = L,  ['W'] = L,  ['X'] = L, ['Y'] = L, ['Z'] = L,
    ['['] = P,  [']'] = P,  ['^'] = O,  ['_'] = L,  ['`'] = O,  ['a'] = L, ['b'] = L, ['c'] = L,
    ['d'] = L,  ['e'] = L,  ['f'] = L,  ['g'] = L,  ['h'] = L,  ['i'] = L, ['j'] = L, ['k'] = L,
    ['l'] = L,  ['m'] = L,  ['n'] = L,  ['o'] = L,  ['p'] = L,  ['q'] = L, ['r'] = L, ['s'] = L,
    ['t'] = L,  ['u'] = L,  ['v'] = L,  ['w'] = L,  ['x'] = L,  ['y'] = L, ['z'] = L, ['{'] = P,
    ['|'] = O,  ['}'] = P,  ['~'] = O,
};
#undef S
#undef L
#undef D
#undef O
#undef N
#undef P
#undef I
#undef C

int quire_ion_fail_end(const struct quire_ion_reader *reader, const char *within,
                       struct quire_error *error)
{
    if (reader->not_utf8)
        return quire_ion_fail_at(reader, reader->end, QUIRE_INPUT, error,
                                 "the text is not UTF-8: 0x%02x", *reader->end);
    return quire_ion_fail_at(reader, reader->end, QUIRE_INPUT, error, "the input ends within %s",
                             within);
}

int quire_ion_fail_char(const struct quire_ion_reader *reader, const char *expected,
                        struct quire_error *error)
{
    uint8_t c = *reader->at;
    if (reader->at >= reader->end) return quire_ion_fail_end(reader, "a value", error);
    if (c > 0x20 && c < 0x7f)
        return quire_ion_fail_at(reader, reader->at, QUIRE_INPUT, error,
                                 "%s is expected, and this is '%c'", expected, c);
    return quire_ion_fail_at(reader, reader->at, QUIRE_INPUT, error,
                             "%s is expected, and this is 0x%02x", expected, c);
}

/* Past a comment that begins here. */
static int skip_comment(struct quire_ion_reader *reader, struct quire_error *error)
{
    const uint8_t *at = reader->at + 2;
    if (reader->at[1] == '/') {
        while (at < reader->end && *at != '\n' && *at != '\r')
            at++;
        reader->at = at;
        return 0;
    }
    for (;;) {
        at = at < reader->end ? memchr(at, '*', (size_t)(reader->end - at)) : NULL;
        if (at == NULL) return quire_ion_fail_end(reader, "a comment", error);
        at++;
        if (at < reader->end && *at == '/') break;
    }
    reader->at = at + 1;
    return 0;
}

int quire_ion_space(struct quire_ion_reader *reader, struct quire_error *error)
{
    for (;;) {
        while (quire_ion_is(*reader->at, QUIRE_ION_BLANK) && reader->at < reader->end)
            reader->at++;
        if (*reader->at != '/' || (reader->at[1] != '/' && reader->at[1] != '*')) return 0;
        if (reader->at >= reader->end) return 0;
        QUIRE_TRY(skip_comment(reader, error));
    }
}
