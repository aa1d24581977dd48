-- Each hour (UTC) of a period in which there are rows.
SELECT
  date_trunc('HOUR', created_at) AS hour,
  count(*) AS total_rows,
  count_if(NOT success) AS failed_rows,
  coalesce(sum(rows_processed), 0) AS total_rows_processed,
  coalesce(sum(rows_written), 0) AS total_rows_written
FROM log
WHERE created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
GROUP BY date_trunc('HOUR', created_at)
ORDER BY hour
