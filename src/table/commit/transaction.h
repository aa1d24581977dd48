/* Private to table: what one commit says, what it was decided from, and making it stand.
 *
 * A transaction begins at the newest version. Its caller says what it read, writes data files,
 * and adds actions; commit puts them as the next version. Where another writer was first, what
 * that one did is compared with what this one read and did: when the outcome would be the same
 * had it come after, the commit is tried again as the version after, else it is QUIRE_CONFLICT
 * and nothing was changed. */
#ifndef QUIRE_TABLE_TRANSACTION_H
#define QUIRE_TABLE_TRANSACTION_H

#include "table/commit/commit.h"
#include "table/log/snapshot.h"
#include "table/rows/key_numbers.h"

struct quire_transaction_options {
    const char *verb; /* of messages, and the operation of errors: "append" */
    const char *app;  /* NULL: none */
    int64_t app_version;
    enum quire_durability durability;
    bool no_auto_compact; /* files that it adds are not put together afterwards */
    const char *info;     /* as in struct quire_table_append_options */
};

struct quire_transaction {
    struct quire_transaction_options options; /* texts are borrowed */
    struct quire_snapshot *base;              /* the newest version that is known */
    bool skipped;                             /* the app's version was there already */

    struct quire_buf lines; /* actions beside commitInfo and txn, by the functions below */
    struct quire_arena arena;
    struct quire_key_numbers removed; /* paths of files that are removed, or added again, decoded */
    struct quire_key_numbers kept;    /* those of files that stay, decoded */
    struct quire_buf apps;   /* struct quire_txn: apps beside that of the options, as they stood */
    bool reads;              /* whether it depends on rows that the table had */
    const char *reads_where; /* of which, by a condition; NULL: all */
    bool readds;             /* its adds are of files that the table has already */
    bool may_stand;          /* committed, or it cannot be known whether */

    char *missing_folder; /* that is to be made with the table; NULL: none */
    int64_t begun_ms;     /* when it was opened, by the monotonic clock; 0: that says nothing of how
                             long it took */
    int64_t read_version; /* what base was, with its metadata and protocol, at the beginning */
    struct quire_metadata_action metadata;
    struct quire_protocol protocol;
    /* What they become, in the arena; NULL: they stay. */
    const struct quire_metadata_action *next_metadata;
    const struct quire_protocol *next_protocol;
    bool marks_alone; /* next_metadata is what it was, but for marks of identity columns */
    /* Where others moved such marks first: writes the rows anew with values beyond those. NULL:
     * that is a conflict. */
    int (*renumber)(void *user, struct quire_error *error);
    void *renumber_user;
};

/* Opens the newest version, and looks for the app's: where the table has it, skipped is set, and
 * there is nothing to do but close. Nothing is said of features; see table_features.h. */
int quire_transaction_open(const char *url, const struct quire_transaction_options *options,
                           struct quire_transaction **transaction, struct quire_error *error);
/* For a table that is to be made with this metadata and protocol as its version 0: base is version
 * -1. Another table that comes to be there meanwhile is QUIRE_EXISTS at commit. */
int quire_transaction_create(const char *url, const struct quire_transaction_options *options,
                             const struct quire_metadata_action *metadata,
                             const struct quire_protocol *protocol,
                             struct quire_transaction **transaction, struct quire_error *error);
void quire_transaction_close(struct quire_transaction *transaction); /* NULL is fine */

/* Makes what has committed, or has done nothing yet, a transaction of the newest version, as if it
 * were opened now; what the table said before stays in memory until close. */
int quire_transaction_renew(struct quire_transaction *transaction, struct quire_error *error);

/* The version of an app that the table has; -1: none. */
int64_t quire_transaction_app_version(const struct quire_transaction *transaction, const char *app);

/* What it does depends on all rows of the table for which a condition may be true (borrowed until
 * close; NULL: on all rows). Called once at most. */
void quire_transaction_reads(struct quire_transaction *transaction, const char *where);

/* The metadata and the protocol that the table has with the commit. */
const struct quire_metadata_action *
quire_transaction_next_metadata(const struct quire_transaction *transaction);
const struct quire_protocol *
quire_transaction_next_protocol(const struct quire_transaction *transaction);

/* Each adds an action; metadata and protocol count when they are given last. An app's version that
 * others commit meanwhile is QUIRE_CONFLICT. A file that is removed is not to be removed by others
 * meanwhile. Ids of rows are given at commit, to adds without. */
int quire_transaction_app(struct quire_transaction *transaction, const char *app, int64_t version,
                          struct quire_error *error);
int quire_transaction_add(struct quire_transaction *transaction, const struct quire_add *add,
                          struct quire_error *error);
/* The add of a file that the table has already, which says more of it: no others may remove it
 * meanwhile. All adds of a transaction are of this kind, or none. */
int quire_transaction_readd(struct quire_transaction *transaction, const struct quire_add *add,
                            struct quire_error *error);
/* A file that the table has, and is to have still: no others may remove it meanwhile. */
int quire_transaction_keep(struct quire_transaction *transaction, const struct quire_add *add,
                           struct quire_error *error);
int quire_transaction_remove(struct quire_transaction *transaction, const struct quire_add *add,
                             int64_t deleted_ms, bool data_change, struct quire_error *error);
int quire_transaction_metadata(struct quire_transaction *transaction,
                               const struct quire_metadata_action *metadata,
                               struct quire_error *error);
int quire_transaction_protocol(struct quire_transaction *transaction,
                               const struct quire_protocol *protocol, struct quire_error *error);

/* Commits; afterwards *version is that of the table with what it did. info says operation,
 * parameters and metrics; the rest of it is filled in. skipped may be set now too. After any
 * outcome may_stand tells whether files that the lines name must be left. */
int quire_transaction_commit(struct quire_transaction *transaction,
                             const struct quire_commit_info *info, int64_t *version,
                             struct quire_error *error);

#endif
