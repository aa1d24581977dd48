-- How values lie and where they go in a period: one row. A slope is by day: seconds, and points
-- of the rate. Of one row, and of rows of one moment, it is 0, as a spread of one value is (0 times
-- a deviation is null where there are no values, or none can be computed).
SELECT
  count(*) AS total_rows,
  count_if(success) AS successful_rows,
  count_if(NOT success) AS failed_rows,
  1e2 * count_if(success) / nullif(count(success), 0) AS success_rate_percent,
  count(duration_secs) AS duration_count,
  min(duration_secs) AS duration_min,
  max(duration_secs) AS duration_max,
  avg(duration_secs) AS duration_mean,
  coalesce(stddev_samp(duration_secs), 0e0 * stddev_pop(duration_secs)) AS duration_stddev,
  percentile(duration_secs, 0.5) AS duration_p50,
  percentile(duration_secs, 0.95) AS duration_p95,
  coalesce(regr_slope(duration_secs, unix_micros(created_at)) * 864e8, 0e0 * stddev_pop(duration_secs))
    AS duration_slope,
  count(validation_rate) AS validation_count,
  min(validation_rate) AS validation_min,
  max(validation_rate) AS validation_max,
  avg(validation_rate) AS validation_mean,
  coalesce(stddev_samp(validation_rate), 0e0 * stddev_pop(validation_rate)) AS validation_stddev,
  percentile(validation_rate, 0.5) AS validation_p50,
  percentile(validation_rate, 0.95) AS validation_p95,
  coalesce(regr_slope(validation_rate, unix_micros(created_at)) * 864e8, 0e0 * stddev_pop(validation_rate))
    AS validation_slope,
  min(rows_processed) AS rows_min,
  max(rows_processed) AS rows_max,
  avg(rows_processed) AS rows_avg,
  coalesce(stddev_samp(rows_processed), 0e0 * stddev_pop(rows_processed)) AS rows_stddev
FROM log
WHERE created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
