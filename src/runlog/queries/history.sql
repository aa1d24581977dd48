-- What each step did in a period: the middle of its durations and of its rows, how far values are
-- from it, in the middle (MAD) and in the mean, and its rates. The order of the join is that of the
-- text: few steps are looked up for each row.
SELECT
  phase,
  step_name,
  count(duration_secs) AS duration_count,
  max(middle_secs) AS duration_median,
  median(abs(duration_secs - middle_secs)) AS duration_mad,
  avg(abs(duration_secs - middle_secs)) AS duration_mean_distance,
  count(rows_processed) AS rows_count,
  max(middle_rows) AS rows_median,
  median(abs(rows_processed - middle_rows)) AS rows_mad,
  avg(abs(rows_processed - middle_rows)) AS rows_mean_distance,
  count(validation_rate) AS rate_count,
  avg(validation_rate) AS rate_mean,
  stddev_samp(validation_rate) AS rate_stddev
FROM log
CROSS JOIN (
  SELECT
    phase AS middle_phase,
    step_name AS middle_step,
    median(duration_secs) AS middle_secs,
    median(rows_processed) AS middle_rows
  FROM log
  WHERE created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
  GROUP BY phase, step_name
) AS middle
WHERE middle_phase = phase AND middle_step = step_name
  AND created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
GROUP BY phase, step_name
ORDER BY phase, step_name
