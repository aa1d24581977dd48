/* What quire sql asks the library: the text, the tables and the values of parameters. */
#ifndef QUIRE_CLI_SQL_REQUEST_H
#define QUIRE_CLI_SQL_REQUEST_H

#include "cli.h"
#include "quire/sql.h"

/* Beyond these a query is no query. */
#define QUIRE_CLI_SQL_BYTES_MAX ((size_t)1 << 20)

struct quire_cli_sql_request {
    char *sql; /* owned */
    struct quire_sql_table *tables;
    size_t tables_size;
    struct quire_sql_param *params;
    size_t params_size;
    char **texts; /* owned: what tables and params point to */
    size_t texts_size;
};

/* The text of a file, a store URL or "-", for request->sql. */
int quire_cli_sql_read(const char *name, struct quire_cli_sql_request *request,
                       struct quire_error *error);
/* "name=FILE", "name=TABLE@3", "name=TABLE@2024-05-01". */
int quire_cli_sql_tables(const struct quire_keyed *list, struct quire_cli_sql_request *request,
                         struct quire_error *error);
/* "name=12", "name:text=012". */
int quire_cli_sql_params(const struct quire_keyed *list, struct quire_cli_sql_request *request,
                         struct quire_error *error);
void quire_cli_sql_release(struct quire_cli_sql_request *request);

#endif
