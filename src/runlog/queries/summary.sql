-- All rows of a period: one row.
SELECT
  count(DISTINCT execution_id) AS total_executions,
  count(*) AS total_rows,
  count_if(success) AS successful_rows,
  count_if(NOT success) AS failed_rows,
  1e2 * count_if(success) / nullif(count(success), 0) AS success_rate_percent,
  avg(duration_secs) AS average_duration_secs,
  coalesce(sum(duration_secs), 0e0) AS total_duration_secs,
  avg(validation_rate) AS average_validation_rate,
  avg(rows_processed) AS average_rows_processed,
  coalesce(sum(rows_processed), 0) AS total_rows_processed,
  coalesce(sum(rows_written), 0) AS total_rows_written,
  coalesce(sum(invalid_rows), 0) AS total_invalid_rows
FROM log
WHERE created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
