/* Which symbol table is in force where: the reading thread notes the system values as it
 * comes to them, and workers look back. */
#include <string.h>

#include "base/fail.h"
#include "format/ion/ion_binary.h"
#include "format/ion/ion_decode.h"

static const char operation[] = "read ion";

static int note_place(void *user, int64_t byte, const struct quire_ion_symbols *symbols,
                      struct quire_error *error)
{
    struct quire_ion_decoding *decoding = user;
    struct quire_ion_place *place = quire_alloc(sizeof(*place));
    if (place == NULL) return quire_fail_memory(error, operation);
    struct quire_ion_place *before = atomic_load(&decoding->places);
    *place = (struct quire_ion_place){byte, symbols, before};
    atomic_store(&decoding->places, place);
    return 0;
}

const struct quire_ion_symbols *quire_ion_symbols_at(const struct quire_ion_decoding *decoding,
                                                     int64_t byte, bool inclusive)
{
    const struct quire_ion_place *place = atomic_load(&decoding->places);
    while (place != NULL && (inclusive ? place->byte > byte : place->byte >= byte))
        place = place->before;
    return place != NULL ? place->symbols : &quire_ion_system;
}

static void free_places(struct quire_ion_place *place)
{
    while (place != NULL) {
        struct quire_ion_place *before = place->before;
        quire_free(place);
        place = before;
    }
}

void quire_ion_places_release(struct quire_ion_decoding *decoding)
{
    free_places(atomic_load(&decoding->places));
    atomic_store(&decoding->places, NULL);
}

/* Nobody looks further back than the place that is in force at the byte. */
void quire_ion_places_drop(struct quire_ion_decoding *decoding, int64_t byte)
{
    struct quire_ion_place *place = atomic_load(&decoding->places);
    while (place != NULL && place->byte >= byte)
        place = place->before;
    if (place == NULL || place->before == NULL) return;
    free_places(place->before);
    place->before = NULL;
    quire_ion_retired_release(&decoding->scanner.retired, place->byte + 1);
}

static int scan(struct quire_ion_decoding *decoding, const uint8_t *bytes, size_t size,
                int64_t byte, struct quire_error *error)
{
    struct quire_ion_reader *scanner = &decoding->scanner;
    struct quire_ion_value value;
    scanner->follow = note_place;
    scanner->symbols_user = decoding;
    quire_ion_reader_set(scanner, bytes, size, byte);
    scanner->lines = false;
    do {
        int code = quire_ion_next(scanner, &value, error);
        if (code == 0 && value.event == QUIRE_ION_BEGIN) code = quire_ion_skip(scanner, error);
        /* What cannot be read is told of when it is parsed, with its row; but for tables,
         * which are only read here. */
        bool table = scanner->depth > 0 && scanner->frames[0].type == QUIRE_ION_STRUCT;
        if (code == QUIRE_INPUT && !table && !decoding->binary) return 0;
        if (code != 0) {
            if (error != NULL && error->byte != QUIRE_NOWHERE) error->byte -= byte;
            return code;
        }
    } while (value.event != QUIRE_ION_NONE);
    return 0;
}

/* Is the annotation wrapper's first annotation $ion_symbol_table? */
static bool is_table(const struct quire_ion_header *header)
{
    const uint8_t *at = header->body;
    uint64_t size, id;
    return quire_ion_take_varuint(&at, header->end, &size) &&
           quire_ion_take_varuint(&at, header->end, &id) && id == QUIRE_ION_SYSTEM_SYMBOL_TABLE;
}

static int scan_binary(struct quire_ion_decoding *decoding, const uint8_t *bytes, size_t size,
                       int64_t byte, struct quire_error *error)
{
    const uint8_t *at = bytes, *end = bytes + size;
    while (at < end) {
        struct quire_ion_header header = {.end = at + 4};
        bool marker = *at == 0xe0 && end - at >= 4;
        if (!marker && quire_ion_take_header(at, end, &header) != NULL) return 0;
        if (marker || (header.code == 14 && is_table(&header))) {
            int code = scan(decoding, at, (size_t)(header.end - at), byte + (at - bytes), error);
            if (code != 0) {
                if (error != NULL && error->byte != QUIRE_NOWHERE) error->byte += at - bytes;
                return code;
            }
        }
        at = header.end;
    }
    return 0;
}

int quire_ion_scan_tables(struct quire_ion_decoding *decoding, const uint8_t *bytes, size_t size,
                          int64_t byte, struct quire_error *error)
{
    if (decoding->binary) return scan_binary(decoding, bytes, size, byte, error);
    /* Text without these cannot have a system value; escapes may hide its name. */
    bool dollar = memchr(bytes, '$', size) != NULL, escape = memchr(bytes, '\\', size) != NULL;
    if (!(dollar &&
          (memmem(bytes, size, "$ion", 4) != NULL || memmem(bytes, size, "$3", 2) != NULL)) &&
        !(escape && memmem(bytes, size, "::", 2) != NULL))
        return 0;
    return scan(decoding, bytes, size, byte, error);
}
