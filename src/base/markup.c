/* Characters for markup, one by one: what is shown is short. */
#include "base/markup.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

static const char *reference_of(uint32_t codepoint)
{
    switch (codepoint) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: break;
    }
    bool blank = codepoint == '\t' || codepoint == '\n';
    bool control = (codepoint < 0x20 && !blank) || (codepoint >= 0x7f && codepoint < 0xa0);
    bool absent = codepoint == 0xfffe || codepoint == 0xffff;
    return control || absent ? REPLACEMENT : NULL;
}

int quire_markup_append(struct quire_buf *out, const char *bytes, size_t size)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf valid = {0};
    if (size == 0) return 0;
    QUIRE_TRY(quire_utf8_repair(&valid, (const uint8_t *)bytes, size));
    for (size_t i = 0; i < valid.size;) {
        uint32_t codepoint;
        int length = quire_utf8_decode(valid.data + i, &codepoint);
        const char *reference = reference_of(codepoint);
        if (reference != NULL)
            QUIRE_TRY(quire_buf_append_text(out, reference));
        else
            QUIRE_TRY(quire_buf_append(out, valid.data + i, (size_t)length));
        i += (size_t)length;
    }
    return 0;
}
