-- The rates of each step on each of its days, which are counted from 1970.
SELECT
  phase,
  step_name,
  unix_date(to_date(created_at)) AS day,
  count(validation_rate) AS rate_count,
  avg(validation_rate) AS rate_mean,
  coalesce(stddev_samp(validation_rate), 0e0) AS rate_stddev
FROM log
WHERE created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
  AND validation_rate IS NOT NULL
GROUP BY phase, step_name, to_date(created_at)
ORDER BY phase, step_name, day
