/* Private to runlog: what a table is called by where it is. */
#ifndef QUIRE_RUNLOG_PLACE_NAME_H
#define QUIRE_RUNLOG_PLACE_NAME_H

/* "schema.name" of the last two parts of a path or URL, "name" where there is one; NULL where there
 * is no memory. Freed with quire_free. */
char *quire_place_name(const char *place);

#endif
