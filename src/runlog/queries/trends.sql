-- How values lie and where they go in a period: one row. A slope is by day: seconds, and points
-- of the rate.
SELECT
  count(*) AS total_rows,
  count_if(success) AS successful_rows,
  count_if(NOT success) AS failed_rows,
  coalesce(1e2 * count_if(success) / nullif(count(success), 0), 0e0) AS success_rate_percent,
  count(duration_secs) AS duration_count,
  coalesce(min(duration_secs), 0e0) AS duration_min,
  coalesce(max(duration_secs), 0e0) AS duration_max,
  coalesce(avg(duration_secs), 0e0) AS duration_mean,
  coalesce(stddev_samp(duration_secs), 0e0) AS duration_stddev,
  coalesce(percentile(duration_secs, 0.5), 0e0) AS duration_p50,
  coalesce(percentile(duration_secs, 0.95), 0e0) AS duration_p95,
  coalesce(regr_slope(duration_secs, unix_seconds(created_at)) * 86400, 0e0) AS duration_slope,
  count(validation_rate) AS validation_count,
  coalesce(min(validation_rate), 0e0) AS validation_min,
  coalesce(max(validation_rate), 0e0) AS validation_max,
  coalesce(avg(validation_rate), 0e0) AS validation_mean,
  coalesce(stddev_samp(validation_rate), 0e0) AS validation_stddev,
  coalesce(percentile(validation_rate, 0.5), 0e0) AS validation_p50,
  coalesce(percentile(validation_rate, 0.95), 0e0) AS validation_p95,
  coalesce(regr_slope(validation_rate, unix_seconds(created_at)) * 86400, 0e0) AS validation_slope,
  coalesce(min(rows_processed), 0) AS rows_min,
  coalesce(max(rows_processed), 0) AS rows_max,
  coalesce(avg(rows_processed), 0e0) AS rows_avg,
  coalesce(stddev_samp(rows_processed), 0e0) AS rows_stddev
FROM log
WHERE created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
