-- How long each step takes on the last day in which there are rows, beside the days before: the
-- median of its rows on that day, and the median of those of its days before. What became slower
-- by most comes first. A step that has durations on one side only has nothing to be held against.
SELECT
  phase,
  step_name,
  last_day,
  last_day_rows,
  last_day_median_secs,
  days_before,
  days_before_median_secs,
  last_day_median_secs - days_before_median_secs AS change_secs,
  1e2 * (last_day_median_secs - days_before_median_secs) / nullif(days_before_median_secs, 0e0)
    AS change_percent
FROM (
  SELECT
    phase,
    step_name,
    last_day,
    max(CASE WHEN day = last_day THEN duration_count END) AS last_day_rows,
    max(CASE WHEN day = last_day THEN median_secs END) AS last_day_median_secs,
    count(CASE WHEN day < last_day THEN median_secs END) AS days_before,
    median(CASE WHEN day < last_day THEN median_secs END) AS days_before_median_secs
  FROM (
    SELECT phase, step_name, day, median_secs, duration_count, max(day) OVER () AS last_day
    FROM (
      SELECT
        phase,
        step_name,
        to_date(created_at) AS day,
        median(duration_secs) AS median_secs,
        count(duration_secs) AS duration_count
      FROM log
      WHERE created_at >= CAST(:since AS TIMESTAMP) AND created_at < CAST(:until AS TIMESTAMP)
      GROUP BY phase, step_name, to_date(created_at)
    ) AS days
  ) AS dated
  GROUP BY phase, step_name, last_day
) AS steps
WHERE last_day_median_secs IS NOT NULL AND days_before_median_secs IS NOT NULL
ORDER BY change_secs DESC, phase, step_name
