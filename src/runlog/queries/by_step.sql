-- Each step in a period, those first that took longest in total.
SELECT
  phase,
  step_name,
  count(*) AS total_rows,
  count_if(success) AS successful_rows,
  count_if(NOT success) AS failed_rows,
  1e2 * count_if(success) / nullif(count(success), 0) AS success_rate_percent,
  avg(duration_secs) AS average_duration_secs,
  min(duration_secs) AS min_duration_secs,
  max(duration_secs) AS max_duration_secs,
  coalesce(stddev_samp(duration_secs), 0e0 * stddev_pop(duration_secs)) AS stddev_duration_secs,
  coalesce(sum(duration_secs), 0e0) AS total_duration_secs,
  avg(validation_rate) AS average_validation_rate,
  coalesce(sum(rows_processed), 0) AS total_rows_processed,
  coalesce(sum(rows_written), 0) AS total_rows_written,
  coalesce(sum(invalid_rows), 0) AS total_invalid_rows
FROM log
WHERE created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
GROUP BY phase, step_name
ORDER BY total_duration_secs DESC, phase, step_name
