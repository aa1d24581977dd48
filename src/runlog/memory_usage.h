/* The most memory that this process has taken, for the metrics of writers and of tables. */
#ifndef QUIRE_RUNLOG_MEMORY_USAGE_H
#define QUIRE_RUNLOG_MEMORY_USAGE_H

/* In MB; 0 where the system does not say. It is not ru_maxrss, which a program inherits from the
 * one that started it. */
double quire_runlog_memory_peak(void);

#endif
