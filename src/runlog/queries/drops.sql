-- Days on which the mean rate of a step is more than 10 points under that of its day with rates
-- before.
SELECT phase, step_name, day, validation_rate, rate_before
FROM (
  SELECT
    phase,
    step_name,
    day,
    validation_rate,
    lag(validation_rate) OVER (PARTITION BY phase, step_name ORDER BY day) AS rate_before
  FROM (
    SELECT phase, step_name, to_date(created_at) AS day, avg(validation_rate) AS validation_rate
    FROM log
    WHERE created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
      AND validation_rate IS NOT NULL
    GROUP BY phase, step_name, to_date(created_at)
  ) AS days
) AS pairs
WHERE rate_before - validation_rate > 10
ORDER BY day, phase, step_name
