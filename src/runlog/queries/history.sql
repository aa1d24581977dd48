-- What each step did in a period: the middle of its durations and of their distances from it (MAD),
-- and its rates. The order of the join is that of the text: few steps are looked up for each row.
SELECT
  phase,
  step_name,
  count(*) AS total_rows,
  max(middle_secs) AS duration_median,
  median(abs(duration_secs - middle_secs)) AS duration_mad,
  coalesce(avg(validation_rate), 1e2) AS rate_mean,
  coalesce(stddev_samp(validation_rate), 0e0) AS rate_stddev
FROM log
CROSS JOIN (
  SELECT phase AS middle_phase, step_name AS middle_step, median(duration_secs) AS middle_secs
  FROM log
  WHERE created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
  GROUP BY phase, step_name
) AS middle
WHERE middle_phase = phase AND middle_step = step_name
  AND created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
GROUP BY phase, step_name
ORDER BY phase, step_name
