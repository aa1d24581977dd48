/* Functions that must not be used, made to fail at compile time.
 *
 * The build includes this file before every library source (`-include`); only
 * base/alloc.c, which stands on malloc, is built without it. Each name has a better one. */
#ifndef QUIRE_BASE_BANNED_H
#define QUIRE_BASE_BANNED_H

/* The headers that declare them come first, so that only uses are caught. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison malloc calloc realloc reallocarray strdup \
    strndup                                              /* quire_alloc and its family */
#pragma GCC poison strcpy strcat strncpy strncat stpcpy  /* quire_buf */
#pragma GCC poison sprintf vsprintf                      /* snprintf, quire_buf_printf */
#pragma GCC poison gets scanf sscanf fscanf              /* quire_number_parse_* */
#pragma GCC poison atoi atol atoll atof strtod strtof    /* quire_number_parse_* */
#pragma GCC poison strtok gmtime localtime ctime asctime /* quire_time_* */
#pragma GCC poison rand srand random srandom             /* quire_random */
#pragma GCC poison getenv setenv /* the library does not read the environment */

#endif
