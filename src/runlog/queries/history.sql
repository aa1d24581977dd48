-- What each step did in a period: the middle of its durations and of their distances from it (MAD),
-- and its rates.
SELECT
  log.phase,
  log.step_name,
  count(*) AS total_rows,
  max(middle.duration_secs) AS duration_median,
  median(abs(log.duration_secs - middle.duration_secs)) AS duration_mad,
  coalesce(avg(log.validation_rate), 1e2) AS rate_mean,
  coalesce(stddev_samp(log.validation_rate), 0e0) AS rate_stddev
FROM log
JOIN (
  SELECT phase, step_name, median(duration_secs) AS duration_secs
  FROM log
  WHERE created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
  GROUP BY phase, step_name
) AS middle ON middle.phase = log.phase AND middle.step_name = log.step_name
WHERE log.created_at >= CAST(:since AS TIMESTAMP) AND log.created_at < CAST(:until AS TIMESTAMP)
GROUP BY log.phase, log.step_name
ORDER BY log.phase, log.step_name
