/* A page that is tried is compressed with both levels, and the smaller one taken. Quick levels
 * are asked for by those who wait, and time is what storing saves: a page is then worth
 * compressing for a twentieth of it, else for a two hundredth. */
#include "format/parquet/write/page_level.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/parquet/write/page_stored.h"

#define OPERATION   "write parquet"
#define TRIAL_PAGES 16             /* of which one is tried */
#define TRIAL_BYTES ((size_t)4096) /* of a smaller page nothing is learnt */
#define WORTH       200            /* one part in so many is what a level must save */
#define WORTH_QUICK 20             /* the same for compressing at all with a quick one */
#define QUICK_LEVEL 3              /* the highest of these */

/* out holds the page as compressed with the level that was asked for. */
static int try_least(struct quire_page_level *level, const struct quire_codec *codec, int least,
                     const void *bytes, size_t size, void *out, size_t capacity, size_t *out_size,
                     struct quire_error *error)
{
    size_t trial_size = 0;
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *trial = quire_alloc(capacity);
    if (trial == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(codec->compress(bytes, size, least, trial, capacity, &trial_size, error));
    level->least = trial_size <= *out_size + *out_size / WORTH;
    if (trial_size >= *out_size) return 0;
    memcpy(out, trial, trial_size);
    *out_size = trial_size;
    return 0;
}

static void store(const struct quire_page_level *level, const void *bytes, size_t size, void *out,
                  size_t *out_size)
{
    quire_page_store(level->codec_id, bytes, size, out);
    *out_size = quire_page_stored_size(level->codec_id, size);
}

int quire_page_level_compress(struct quire_page_level *level, const struct quire_codec *codec,
                              int asked, const void *bytes, size_t size, void *out, size_t capacity,
                              size_t *out_size, struct quire_error *error)
{
    int least = codec->level_min > 1 ? codec->level_min : 1; /* 0 and less do little or nothing */
    if (asked == 0) asked = codec->level_default;
    bool may_store = quire_page_has_stored(level->codec_id) && size <= INT32_MAX &&
                     quire_page_stored_size(level->codec_id, size) <= capacity;
    if (size < TRIAL_BYTES || (asked <= least && !may_store))
        return codec->compress(bytes, size, asked, out, capacity, out_size, error);
    bool trial = level->pages++ % TRIAL_PAGES == 0;
    if (!trial && level->stored && may_store) {
        store(level, bytes, size, out, out_size);
        return 0;
    }
    int used = level->least && !trial ? least : asked;
    QUIRE_TRY(codec->compress(bytes, size, used, out, capacity, out_size, error));
    if (!trial) return 0;
    if (asked > least)
        QUIRE_TRY(try_least(level, codec, least, bytes, size, out, capacity, out_size, error));
    size_t worth = size / (asked <= QUICK_LEVEL ? WORTH_QUICK : WORTH);
    level->stored = *out_size > size - worth;
    return 0;
}
