/* Lengths are held against the chunk and against what the codec can give before memory
 * is taken for them. The order is that of writing, backwards: checksum (over the page as it
 * stands in the file), decryption, decompression. */
#include "format/parquet/read/page_reader.h"

#include "base/fail.h"
#include "format/parquet/read/page_codec.h"

#define OPERATION "read parquet page"

/* A header is looked for in so many bytes first. */
#define HEADER_GUESS ((size_t)256)

/* The memory of a large page, but not of a dictionary that was made of it, goes with it. */
static void leave_large(struct quire_page_reader *reader)
{
    if (!reader->in_large) return;
    reader->in_large = false;
    quire_buf_release(&reader->decrypted);
    quire_buf_release(&reader->decompressed);
    quire_chunk_bytes_release(reader->bytes);
    if (reader->large > 0) atomic_fetch_sub(&reader->source->large->data, reader->large);
    reader->large = 0;
}

/* What is borrowed is not touched, but for the room that was taken. */
void quire_page_reader_release(struct quire_page_reader *reader)
{
    if (reader == NULL) return;
    if (reader->large > 0) atomic_fetch_sub(&reader->source->large->data, reader->large);
    if (reader->large_dictionary > 0)
        atomic_fetch_sub(&reader->source->large->dictionaries, reader->large_dictionary);
    reader->large = reader->large_dictionary = 0;
    reader->in_large = false;
    quire_arena_release(&reader->arena);
    quire_buf_release(&reader->plain_header);
    quire_buf_release(&reader->decrypted);
    quire_buf_release(&reader->decompressed);
}

void quire_page_reader_begin(struct quire_page_reader *reader,
                             const struct quire_chunk_source *source,
                             struct quire_chunk_bytes *bytes)
{
    reader->source = source;
    reader->bytes = bytes;
    reader->at = source->start;
    reader->seen = 0;
    reader->ordinal = 0;
}

bool quire_page_reader_ended(const struct quire_page_reader *reader)
{
    return reader->at >= reader->bytes->end || reader->seen >= reader->source->metadata->num_values;
}

/* --- Headers --- */

static struct quire_module_place place_of(const struct quire_page_reader *reader,
                                          enum quire_parquet_module module)
{
    return (struct quire_module_place){module, (int16_t)reader->source->row_group,
                                       (int16_t)reader->source->column, (int16_t)reader->ordinal};
}

/* Reads the encrypted module at offset and decrypts it. */
static int read_module(struct quire_page_reader *reader, int64_t offset,
                       enum quire_parquet_module module, struct quire_buf *plain, size_t *used,
                       struct quire_error *error)
{
    const uint8_t *data = NULL;
    size_t got = 0, size = 0;
    struct quire_module_place place = place_of(reader, module);
    QUIRE_TRY(quire_chunk_bytes_get(reader->bytes, offset, 4, HEADER_GUESS, &data, &got, error));
    QUIRE_TRY(quire_cipher_module_size(data, &size, error));
    if (size > QUIRE_PAGE_HEADER_MAX)
        return quire_fail(error, QUIRE_LIMIT, OPERATION, "a page header of %zu bytes", size);
    QUIRE_TRY(quire_chunk_bytes_get(reader->bytes, offset, size, size, &data, &got, error));
    quire_buf_clear(plain);
    return quire_cipher_decrypt(reader->source->cipher, &place, data, size, plain, used, error);
}

/* Whether the header is a data page's is not known before it is decrypted, and its type is
 * part of what it is bound to: what cannot be the one is tried as the other. */
static int read_encrypted(struct quire_page_reader *reader, struct quire_page *page, size_t *used,
                          struct quire_error *error)
{
    static const enum quire_parquet_module modules[] = {QUIRE_MODULE_DICTIONARY_PAGE_HEADER,
                                                        QUIRE_MODULE_DATA_PAGE_HEADER};
    size_t taken = 0;
    bool more = false;
    if (reader->ordinal > INT16_MAX)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "more than 32,768 encrypted pages in a column chunk");
    int code = QUIRE_CORRUPT;
    /* A dictionary stands before all data pages. */
    for (size_t i = reader->ordinal > 0; i < 2 && code == QUIRE_CORRUPT; i++)
        code = read_module(reader, reader->at, modules[i], &reader->plain_header, used, error);
    QUIRE_TRY(code);
    return quire_page_header_read(reader->plain_header.data, reader->plain_header.size,
                                  &reader->arena, &page->header, &taken, &more, error);
}

static int read_plain(struct quire_page_reader *reader, struct quire_page *page, size_t *used,
                      struct quire_error *error)
{
    int64_t left = reader->bytes->end - reader->at;
    for (size_t size = HEADER_GUESS;; size *= 8) {
        const uint8_t *data = NULL;
        size_t got = 0;
        bool more = false;
        bool last = size >= QUIRE_PAGE_HEADER_MAX || (int64_t)size >= left;
        if ((int64_t)size > left) size = (size_t)left;
        QUIRE_TRY(quire_chunk_bytes_get(reader->bytes, reader->at, size, QUIRE_PAGE_HEADER_MAX,
                                        &data, &got, error));
        int code =
            quire_page_header_read(data, got, &reader->arena, &page->header, used, &more, error);
        if (code == 0 || !more || last) return code;
        quire_arena_release(&reader->arena);
    }
}

static int check_sizes(const struct quire_page_reader *reader, const struct quire_page *page,
                       struct quire_error *error)
{
    const struct quire_page_header *header = &page->header;
    if (header->compressed_page_size > reader->bytes->end - page->body)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "a page of %d bytes where the column chunk has %lld left",
                          (int)header->compressed_page_size,
                          (long long)(reader->bytes->end - page->body));
    if ((size_t)header->uncompressed_page_size > QUIRE_PARQUET_PAGE_MAX ||
        (size_t)header->compressed_page_size > QUIRE_PARQUET_PAGE_MAX)
        return quire_fail(error, QUIRE_LIMIT, OPERATION, "a page of %d bytes; %zu are the most",
                          (int)header->uncompressed_page_size, QUIRE_PARQUET_PAGE_MAX);
    return 0;
}

/* False for a page that is passed over. */
static bool describe(struct quire_page *page)
{
    const struct quire_page_header *header = &page->header;
    page->dictionary = header->type == QUIRE_PAGE_DICTIONARY;
    switch (header->type) {
    case QUIRE_PAGE_DATA:
        page->entries = header->data_page_header->num_values;
        page->encoding = header->data_page_header->encoding;
        return true;
    case QUIRE_PAGE_DATA_V2:
        page->entries = header->data_page_header_v2->num_values;
        page->encoding = header->data_page_header_v2->encoding;
        return true;
    case QUIRE_PAGE_DICTIONARY:
        page->entries = header->dictionary_page_header->num_values;
        page->encoding = header->dictionary_page_header->encoding;
        return true;
    default: return false;
    }
}

int quire_page_reader_next(struct quire_page_reader *reader, struct quire_page *page, bool *found,
                           struct quire_error *error)
{
    *found = false;
    leave_large(reader);
    while (!quire_page_reader_ended(reader)) {
        size_t used = 0;
        *page = (struct quire_page){.offset = reader->at};
        quire_arena_release(&reader->arena);
        if (reader->source->cipher != NULL)
            QUIRE_TRY(read_encrypted(reader, page, &used, error));
        else
            QUIRE_TRY(read_plain(reader, page, &used, error));
        page->body = page->offset + (int64_t)used;
        QUIRE_TRY(check_sizes(reader, page, error));
        reader->at = page->body + page->header.compressed_page_size;
        if (!describe(page)) continue;
        if (!page->dictionary) {
            reader->seen += page->entries;
            reader->ordinal++;
        }
        *found = true;
        return 0;
    }
    return 0;
}

void quire_page_reader_jump(struct quire_page_reader *reader, int32_t ordinal, int64_t entries)
{
    reader->at = reader->source->offset_index->page_locations.items[ordinal].offset;
    reader->ordinal = ordinal;
    reader->seen = entries;
}

/* --- Bodies --- */

static int check_crc(const struct quire_page_reader *reader, const struct quire_page *page,
                     const uint8_t *data, size_t size, struct quire_error *error)
{
    if (!reader->source->verify_checksum || (page->header.present & QUIRE_PAGE_HAS_CRC) == 0)
        return 0;
    uint32_t crc = quire_page_crc(0, data, size);
    if (crc == (uint32_t)page->header.crc) return 0;
    return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                      "the page's checksum is %08lx and its header says %08lx", (unsigned long)crc,
                      (unsigned long)(uint32_t)page->header.crc);
}

/* Replaces the bytes by their plain text. */
static int decrypt(struct quire_page_reader *reader, const struct quire_page *page,
                   const uint8_t **data, size_t *size, struct quire_error *error)
{
    struct quire_module_place place =
        place_of(reader, page->dictionary ? QUIRE_MODULE_DICTIONARY_PAGE : QUIRE_MODULE_DATA_PAGE);
    size_t used = 0;
    if (!page->dictionary) place.page--; /* the reader has gone on to the next */
    quire_buf_clear(&reader->decrypted);
    QUIRE_TRY(quire_cipher_decrypt(reader->source->cipher, &place, *data, *size, &reader->decrypted,
                                   &used, error));
    *data = reader->decrypted.data;
    *size = reader->decrypted.size;
    return 0;
}

static int decompress(struct quire_page_reader *reader, const uint8_t *data, size_t size,
                      size_t out_size, struct quire_error *error)
{
    size_t most = 0;
    int32_t codec = reader->source->metadata->codec;
    struct quire_buf *out = &reader->decompressed;
    QUIRE_TRY(quire_page_codec_most(codec, size, &most, error));
    if (out_size > most)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "a page of %zu bytes cannot hold the %zu that its header says", size,
                          out_size);
    quire_buf_clear(out);
    if (quire_buf_reserve(out, out_size + QUIRE_PAGE_PADDING) != 0)
        return quire_fail_memory(error, OPERATION);
    if (out_size > 0)
        QUIRE_TRY(quire_page_decompress(codec, data, size, out->data, out_size, error));
    memset(out->data + out_size, 0, QUIRE_PAGE_PADDING);
    out->size = out_size;
    return 0;
}

/* Levels of a data page v2 stand before its values and are never compressed. */
static int take_levels(struct quire_page *page, const uint8_t *data, size_t size, size_t plain,
                       size_t *levels, struct quire_error *error)
{
    *levels = 0;
    if (page->header.type != QUIRE_PAGE_DATA_V2) return 0;
    size_t rep = (size_t)page->header.data_page_header_v2->repetition_levels_byte_length;
    size_t def = (size_t)page->header.data_page_header_v2->definition_levels_byte_length;
    if (rep + def > size || rep + def > plain)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "levels that are longer than the page");
    page->rep = quire_page_bytes_of(data, rep);
    page->def = quire_page_bytes_of(data + rep, def);
    *levels = rep + def;
    return 0;
}

static bool is_compressed(const struct quire_page_reader *reader, const struct quire_page *page)
{
    if (reader->source->metadata->codec == QUIRE_PARQUET_UNCOMPRESSED) return false;
    return page->header.type != QUIRE_PAGE_DATA_V2 ||
           page->header.data_page_header_v2->is_compressed;
}

/* Only of pages that are read: those passed over take no memory. */
static int check_room(struct quire_page_reader *reader, const struct quire_page *page,
                      struct quire_error *error)
{
    struct quire_page_room *large = reader->source->large;
    size_t most = reader->source->page_bytes_max;
    size_t size = (size_t)page->header.uncompressed_page_size;
    if (size < (size_t)page->header.compressed_page_size)
        size = (size_t)page->header.compressed_page_size;
    if (most == 0 || size <= most) return 0;
    if (large != NULL) {
        _Atomic size_t *used = page->dictionary ? &large->dictionaries : &large->data;
        size_t *mine = page->dictionary ? &reader->large_dictionary : &reader->large;
        most = large->most;
        if (size <= most && atomic_fetch_add(used, size) <= most - size) {
            *mine += size;
            reader->in_large = true;
            return 0;
        }
        if (size <= most) atomic_fetch_sub(used, size);
    }
    quire_fail(error, QUIRE_LIMIT, OPERATION,
               "a page of %zu bytes; within the memory budget large pages have %zu together", size,
               most);
    quire_error_hint(error, "allow more memory");
    return QUIRE_LIMIT;
}

int quire_page_reader_load(struct quire_page_reader *reader, struct quire_page *page,
                           struct quire_error *error)
{
    const uint8_t *data = NULL;
    size_t got = 0, size = (size_t)page->header.compressed_page_size;
    QUIRE_TRY(check_room(reader, page, error));
    QUIRE_TRY(quire_chunk_bytes_get(reader->bytes, page->body, size, size + QUIRE_PAGE_PADDING,
                                    &data, &got, error));
    page->padded = got == size + QUIRE_PAGE_PADDING;
    QUIRE_TRY(check_crc(reader, page, data, size, error));
    if (reader->source->cipher != NULL) {
        QUIRE_TRY(decrypt(reader, page, &data, &size, error));
        page->padded = false;
    }
    size_t levels = 0, plain = (size_t)page->header.uncompressed_page_size;
    QUIRE_TRY(take_levels(page, data, size, plain, &levels, error));
    data += levels;
    size -= levels;
    if (is_compressed(reader, page)) {
        QUIRE_TRY(decompress(reader, data, size, plain - levels, error));
        data = reader->decompressed.data;
        size = reader->decompressed.size;
        page->padded = true;
        page->own = true;
    }
    page->content = quire_page_bytes_of(data, size);
    page->loaded = true;
    return 0;
}
