/* Private to table: the names of a log's files (PROTOCOL.md, "Delta Log Entries",
 * "Checkpoints", "Log Compaction Files"). */
#ifndef QUIRE_TABLE_LOG_NAMES_H
#define QUIRE_TABLE_LOG_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUIRE_LOG_FOLDER         "_delta_log/"
#define QUIRE_LOG_VERSION_DIGITS 20
#define QUIRE_LOG_NAME_MAX       128

enum quire_log_file_kind {
    QUIRE_LOG_FILE_OTHER,
    QUIRE_LOG_FILE_COMMIT,     /* <version>.json */
    QUIRE_LOG_FILE_CHECKPOINT, /* <version>.checkpoint.parquet, or a UUID before the extension */
    QUIRE_LOG_FILE_PART,       /* <version>.checkpoint.<part>.<parts>.parquet */
    QUIRE_LOG_FILE_CHECKSUM,   /* <version>.crc */
    QUIRE_LOG_FILE_COMPACTED   /* <version>.<last>.compacted.json */
};

struct quire_log_name {
    enum quire_log_file_kind kind;
    int64_t version;
    int64_t part, parts; /* PART, from 1 */
    int64_t last;        /* COMPACTED */
};

/* What a file name (without its folder) stands for. */
struct quire_log_name quire_log_name_parse(const char *name);

/* The name of a version's commit, in room for QUIRE_LOG_NAME_MAX. */
void quire_log_name_commit(int64_t version, char *out);
/* The name of the log compaction file of commits. */
void quire_log_name_compacted(int64_t first, int64_t last, char *out);
/* That of a checkpoint of one file. */
void quire_log_name_checkpoint(int64_t version, char *out);
/* What all names of the version and later ones come after. */
void quire_log_name_start(int64_t version, char *out);

#endif
