/* Time zones: fixed offsets, and IANA names through the system's TZif files
 * (RFC 8536): a sorted table of instants from which an offset holds, and a rule
 * for what comes after it. A zone never changes once it is open. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/civil.h"
#include "base/cleanup.h"
#include "base/time_text.h"
#include "base/zone_rule.h"
#include "quire/error.h"

#define ZONE_FOLDER   "/usr/share/zoneinfo/"
#define ZONE_NAME_MAX 128
#define ZONE_FILE_MAX ((size_t)1 << 20)
#define HEADER_SIZE   ((size_t)44)
#define TYPE_SIZE     ((size_t)6)

struct transition {
    int64_t from; /* UTC seconds */
    int32_t offset_s;
};

struct quire_zone {
    int32_t first_s; /* before the first transition */
    bool has_rule;   /* after the last */
    struct zone_rule rule;
    size_t size;
    struct transition transitions[];
};

/* A block of a TZif file: the counts of its header and where its data starts. */
struct tzif_block {
    uint32_t utc_flags, standard_flags, leaps, times, types, letters;
    size_t time_size; /* bytes of an instant: 4 or 8 */
    size_t data, end;
};

static uint64_t read_big(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* The block at start, if it lies within the file. */
static bool read_block(const uint8_t *file, size_t size, size_t start, size_t time_size,
                       struct tzif_block *block)
{
    if (size < start || size - start < HEADER_SIZE) return false;
    const uint8_t *header = file + start;
    if (memcmp(header, "TZif", 4) != 0) return false;
    uint32_t counts[6];
    for (size_t i = 0; i < 6; i++) {
        counts[i] = (uint32_t)read_big(header + 20 + 4 * i, 4);
        if (counts[i] > ZONE_FILE_MAX) return false;
    }
    *block = (struct tzif_block){counts[0], counts[1], counts[2],           counts[3], counts[4],
                                 counts[5], time_size, start + HEADER_SIZE, 0};
    block->end = block->data + block->times * (time_size + 1) + block->types * TYPE_SIZE +
                 block->letters + block->leaps * (time_size + 4) + block->standard_flags +
                 block->utc_flags;
    return block->end <= size && block->types > 0;
}

static bool read_offset(const uint8_t *types, uint32_t count, uint32_t type, int32_t *offset_s)
{
    if (type >= count) return false;
    *offset_s = (int32_t)read_big(types + type * TYPE_SIZE, 4);
    return *offset_s > -CIVIL_DAY_S * 2 && *offset_s < CIVIL_DAY_S * 2;
}

static bool read_transitions(const uint8_t *file, const struct tzif_block *block,
                             struct quire_zone *zone)
{
    const uint8_t *times = file + block->data;
    const uint8_t *indices = times + block->times * block->time_size;
    const uint8_t *types = indices + block->times;
    if (!read_offset(types, block->types, 0, &zone->first_s)) return false;
    for (size_t i = 0; i < block->times; i++) {
        struct transition *to = &zone->transitions[i];
        uint64_t from = read_big(times + i * block->time_size, block->time_size);
        to->from = block->time_size == 8 ? (int64_t)from : (int32_t)from;
        if (!read_offset(types, block->types, indices[i], &to->offset_s)) return false;
        if (i > 0 && to->from <= to[-1].from) return false;
    }
    zone->size = block->times;
    return true;
}

/* The rule stands between two line ends after the second block. */
static bool read_rule(const uint8_t *file, size_t size, size_t start, struct quire_zone *zone)
{
    if (start >= size || file[start] != '\n') return false;
    const uint8_t *text = file + start + 1;
    const uint8_t *end = memchr(text, '\n', size - start - 1);
    if (end == NULL) return false;
    if (end == text) return true;
    zone->has_rule = true;
    return quire_zone_rule_parse((const char *)text, (size_t)(end - text), &zone->rule);
}

static int decode(const uint8_t *file, size_t size, struct quire_zone **result)
{
    struct tzif_block block;
    if (!read_block(file, size, 0, 4, &block)) return QUIRE_USAGE;
    bool wide = file[4] >= '2';
    if (wide && !read_block(file, size, block.end, 8, &block)) return QUIRE_USAGE;
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_zone *zone =
        quire_alloc_zero(1, sizeof(*zone) + block.times * sizeof(zone->transitions[0]));
    if (zone == NULL) return QUIRE_MEMORY;
    if (!read_transitions(file, &block, zone)) return QUIRE_USAGE;
    if (wide && !read_rule(file, size, block.end, zone)) return QUIRE_USAGE;
    *result = QUIRE_STEAL(zone);
    return 0;
}

static int open_fixed(int32_t offset_s, struct quire_zone **result)
{
    struct quire_zone *zone = quire_alloc_zero(1, sizeof(*zone));
    if (zone == NULL) return QUIRE_MEMORY;
    zone->first_s = offset_s;
    *result = zone;
    return 0;
}

/* "+01:00", "-0330", "+01". */
static bool parse_offset(const char *name, int32_t *offset_s)
{
    /* The same forms as after a timestamp. */
    char text[32] = "1970-01-01T00:00:00";
    size_t size = strlen(name);
    if ((*name != '+' && *name != '-') || size > 6) return false;
    memcpy(text + 19, name, size);
    struct quire_time_parts parts;
    if (!quire_time_parse(text, 19 + size, &parts)) return false;
    *offset_s = parts.offset_s;
    return true;
}

/* Letters, digits, "+-_" and single slashes: no way out of the folder. */
static bool is_zone_name(const char *name)
{
    size_t size = strlen(name);
    if (size == 0 || size > ZONE_NAME_MAX || name[0] == '/' || name[size - 1] == '/') return false;
    for (const char *c = name; *c != '\0'; c++) {
        bool letter = (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
        bool digit = *c >= '0' && *c <= '9';
        if (!letter && !digit && strchr("+-_/", *c) == NULL) return false;
        if (*c == '/' && c[1] == '/') return false;
    }
    return true;
}

/* Reads the whole file; it is small. */
static int read_file(int fd, uint8_t **bytes, size_t *size)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0 ||
        (uint64_t)status.st_size > ZONE_FILE_MAX)
        return QUIRE_USAGE;
    *size = (size_t)status.st_size;
    *bytes = quire_alloc(*size);
    if (*bytes == NULL) return QUIRE_MEMORY;
    for (size_t got = 0; got < *size;) {
        ssize_t count = read(fd, *bytes + got, *size - got);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return QUIRE_USAGE;
        got += (size_t)count;
    }
    return 0;
}

static int open_file(const char *name, struct quire_zone **zone)
{
    char path[sizeof(ZONE_FOLDER) + ZONE_NAME_MAX];
    if (!is_zone_name(name)) return QUIRE_USAGE;
    memcpy(path, ZONE_FOLDER, sizeof(ZONE_FOLDER) - 1);
    memcpy(path + sizeof(ZONE_FOLDER) - 1, name, strlen(name) + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return QUIRE_USAGE;
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *bytes = NULL;
    size_t size = 0;
    int code = read_file(fd, &bytes, &size);
    close(fd);
    return code != 0 ? code : decode(bytes, size, zone);
}

int quire_zone_open(const char *name, struct quire_zone **zone)
{
    int32_t offset_s = 0;
    if (strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0) return open_fixed(0, zone);
    if (parse_offset(name, &offset_s)) return open_fixed(offset_s, zone);
    return open_file(name, zone);
}

int32_t quire_zone_offset(const struct quire_zone *zone, int64_t utc_s)
{
    const struct transition *transitions = zone->transitions;
    size_t low = 0, high = zone->size; /* the first transition after utc_s */
    if (zone->has_rule && (high == 0 || transitions[high - 1].from <= utc_s))
        return quire_zone_rule_offset(&zone->rule, utc_s);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (transitions[middle].from <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? transitions[low - 1].offset_s : zone->first_s;
}

void quire_zone_close(struct quire_zone *zone)
{
    quire_free(zone);
}
