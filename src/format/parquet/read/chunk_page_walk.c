/* From page to page of a chunk. */
#include "base/fail.h"
#include "format/parquet/read/chunk_reader_private.h"

#define OPERATION "read parquet"

void quire_chunk_leave_page(struct quire_chunk_reader *reader)
{
    reader->in_page = false;
    reader->page_left = 0;
    reader->block_at = reader->block_size = 0;
}

int quire_chunk_next_header(struct quire_chunk_reader *reader, bool *found,
                            struct quire_error *error)
{
    quire_chunk_leave_page(reader);
    do {
        QUIRE_TRY(quire_page_reader_next(&reader->pages, &reader->page, found, error));
        if (!*found) return 0;
        if (reader->page.dictionary) {
            QUIRE_TRY(quire_page_reader_load(&reader->pages, &reader->page, error));
            QUIRE_TRY(quire_leaf_set_dictionary(
                &reader->leaf, &reader->page, reader->page.own ? &reader->pages.decompressed : NULL,
                error));
        }
    } while (reader->page.dictionary || reader->page.entries == 0);
    reader->in_page = true;
    reader->page_left = reader->page.entries;
    return 0;
}

int quire_chunk_load_page(struct quire_chunk_reader *reader, struct quire_error *error)
{
    struct quire_page *page = &reader->page;
    if (page->loaded) return 0;
    QUIRE_TRY(quire_page_reader_load(&reader->pages, page, error));
    QUIRE_TRY(quire_page_levels_begin(&reader->rep, page, true, reader->rep_max, error));
    QUIRE_TRY(quire_page_levels_begin(&reader->def, page, false, reader->def_max, error));
    return quire_page_values_begin(&reader->values, reader->leaf.type, reader->leaf.width, page,
                                   error);
}

int quire_chunk_need_page(struct quire_chunk_reader *reader, bool *found, struct quire_error *error)
{
    *found = true;
    if (reader->page_left == 0) QUIRE_TRY(quire_chunk_next_header(reader, found, error));
    return *found ? quire_chunk_load_page(reader, error) : 0;
}

int quire_chunk_fail_end(struct quire_chunk_reader *reader, struct quire_error *error)
{
    return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                      "the column chunk has %lld rows and its row group %lld",
                      (long long)reader->row, (long long)reader->source.rows);
}
