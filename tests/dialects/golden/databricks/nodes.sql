-- Constant
SELECT :`param_1` AS it FROM users
-- Constant of a timestamp
SELECT :`param_1` AS it FROM users
-- Constant of a date
SELECT :`param_1` AS it FROM users
-- Constant of a boolean
SELECT :`param_1` AS it FROM users
-- Awaited
SELECT :`edge_1` AS it FROM users
-- Lower
SELECT CASE WHEN (char_length(users.name) = octet_length(users.name)) THEN lower(users.name) ELSE translate(users.name, :`param_1`, :`param_2`) END AS it FROM users
-- Scaled
SELECT CASE WHEN (abs(users.age * :`param_1` + :`param_2`) < :`abs_1`) THEN rint((users.age * :`param_1` + :`param_2`) * :`param_3`) / :`rint_1` WHEN (abs(users.age * :`param_1` + :`param_2`) <= :`abs_2`) THEN users.age * :`param_1` + :`param_2` ELSE NULL END AS it FROM users
-- LocalDate
SELECT CAST(from_utc_timestamp(users.moment, :`param_1`) AS DATE) AS it FROM users
-- DayStart
SELECT to_utc_timestamp(CAST(date_add(users.day, CAST(:`param_1` AS INT)) AS TIMESTAMP_NTZ), :`param_2`) AS it FROM users
-- Shifted by days
SELECT date_add(users.day, CAST(:`param_1` AS INT)) AS it FROM users
-- Shifted by months
SELECT add_months(users.day, CAST(:`param_1` AS INT)) AS it FROM users
-- Shifted by minutes
SELECT timestamp_micros(unix_micros(users.moment) + :`param_1`) AS it FROM users
-- DaysBetween
SELECT datediff(:`param_1`, users.day) AS it FROM users
-- YearOf
SELECT year(users.day) AS it FROM users
-- MonthDay
SELECT month(users.day) * :`month_1` + day(users.day) AS it FROM users
-- Figure
SELECT coalesce((SELECT count(*) AS count_1 FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= :`param_1`), :`coalesce_1`) AS it FROM users
-- Figure of a last event
SELECT (SELECT used_1.feature FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= :`param_1` ORDER BY used_1.at DESC, CASE WHEN (used_1.feature IS NULL) THEN :`param_2` ELSE :`param_3` END, used_1.feature DESC LIMIT :`param_4`) AS it FROM users
-- Total
SELECT coalesce((SELECT count(*) AS count_1 FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= :`param_1`), :`coalesce_1`) + coalesce((SELECT count(*) AS count_2 FROM used AS used_2 WHERE used_2.user_id = users.age AND used_2.at >= :`param_2`), :`coalesce_2`) AS it FROM users
-- Chosen
SELECT CASE WHEN (users.name = :`param_1` OR users.name IS NULL) THEN users.age ELSE NULL END AS it FROM users
-- Ratio
SELECT CASE WHEN (abs(CAST(users.age AS DOUBLE) / nullif(CAST(users.weight AS DOUBLE), :`param_1`)) < :`abs_1`) THEN rint((CAST(users.age AS DOUBLE) / nullif(CAST(users.weight AS DOUBLE), :`param_1`)) * :`param_2`) / :`rint_1` WHEN (abs(CAST(users.age AS DOUBLE) / nullif(CAST(users.weight AS DOUBLE), :`param_1`)) <= :`abs_2`) THEN CAST(users.age AS DOUBLE) / nullif(CAST(users.weight AS DOUBLE), :`param_1`) ELSE NULL END AS it FROM users
-- Difference
SELECT CASE WHEN (abs(CAST(users.age AS DOUBLE) - CAST(users.weight AS DOUBLE)) < :`abs_1`) THEN rint((CAST(users.age AS DOUBLE) - CAST(users.weight AS DOUBLE)) * :`param_1`) / :`rint_1` WHEN (abs(CAST(users.age AS DOUBLE) - CAST(users.weight AS DOUBLE)) <= :`abs_2`) THEN CAST(users.age AS DOUBLE) - CAST(users.weight AS DOUBLE) ELSE NULL END AS it FROM users
-- Change
SELECT CASE WHEN (abs((CAST(users.age AS DOUBLE) * :`param_1`) / (nullif(CAST(users.weight AS DOUBLE), :`param_2`) * :`param_3`) - :`param_4`) < :`abs_1`) THEN rint(((CAST(users.age AS DOUBLE) * :`param_1`) / (nullif(CAST(users.weight AS DOUBLE), :`param_2`) * :`param_3`) - :`param_4`) * :`param_5`) / :`rint_1` WHEN (abs((CAST(users.age AS DOUBLE) * :`param_1`) / (nullif(CAST(users.weight AS DOUBLE), :`param_2`) * :`param_3`) - :`param_4`) <= :`abs_2`) THEN (CAST(users.age AS DOUBLE) * :`param_1`) / (nullif(CAST(users.weight AS DOUBLE), :`param_2`) * :`param_3`) - :`param_4` ELSE NULL END AS it FROM users
-- Score
SELECT CASE WHEN (abs(CASE WHEN (:`param_1` + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :`param_1` ELSE :`param_2` END > :`param_1`) THEN (:`param_1` + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :`param_3`) / :`param_4`) * :`param_5` < :`param_1`) THEN :`param_1` WHEN (((CAST(users.age AS DOUBLE) - :`param_3`) / :`param_4`) * :`param_5` > :`param_6`) THEN :`param_7` ELSE ((CAST(users.age AS DOUBLE) - :`param_3`) / :`param_4`) * :`param_5` END * :`param_8`, :`param_1`)) / nullif(:`param_1` + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :`param_1` ELSE :`param_2` END, :`param_1`) ELSE NULL END) < :`abs_1`) THEN rint(CASE WHEN (:`param_1` + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :`param_1` ELSE :`param_2` END > :`param_1`) THEN (:`param_1` + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :`param_3`) / :`param_4`) * :`param_5` < :`param_1`) THEN :`param_1` WHEN (((CAST(users.age AS DOUBLE) - :`param_3`) / :`param_4`) * :`param_5` > :`param_6`) THEN :`param_7` ELSE ((CAST(users.age AS DOUBLE) - :`param_3`) / :`param_4`) * :`param_5` END * :`param_8`, :`param_1`)) / nullif(:`param_1` + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :`param_1` ELSE :`param_2` END, :`param_1`) ELSE NULL END * :`param_9`) / :`rint_1` WHEN (abs(CASE WHEN (:`param_1` + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :`param_1` ELSE :`param_2` END > :`param_1`) THEN (:`param_1` + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :`param_3`) / :`param_4`) * :`param_5` < :`param_1`) THEN :`param_1` WHEN (((CAST(users.age AS DOUBLE) - :`param_3`) / :`param_4`) * :`param_5` > :`param_6`) THEN :`param_7` ELSE ((CAST(users.age AS DOUBLE) - :`param_3`) / :`param_4`) * :`param_5` END * :`param_8`, :`param_1`)) / nullif(:`param_1` + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :`param_1` ELSE :`param_2` END, :`param_1`) ELSE NULL END) <= :`abs_2`) THEN CASE WHEN (:`param_1` + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :`param_1` ELSE :`param_2` END > :`param_1`) THEN (:`param_1` + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :`param_3`) / :`param_4`) * :`param_5` < :`param_1`) THEN :`param_1` WHEN (((CAST(users.age AS DOUBLE) - :`param_3`) / :`param_4`) * :`param_5` > :`param_6`) THEN :`param_7` ELSE ((CAST(users.age AS DOUBLE) - :`param_3`) / :`param_4`) * :`param_5` END * :`param_8`, :`param_1`)) / nullif(:`param_1` + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :`param_1` ELSE :`param_2` END, :`param_1`) ELSE NULL END ELSE NULL END AS it FROM users
-- Always
SELECT CASE WHEN true THEN :`param_1` ELSE :`param_2` END AS it FROM users
-- All
SELECT CASE WHEN ((users.name = :`param_1` OR users.name IS NULL) AND (users.age = :`param_2` OR users.age IS NULL)) THEN :`param_3` ELSE :`param_4` END AS it FROM users
-- Either
SELECT CASE WHEN (users.name = :`param_1` OR users.name IS NULL OR users.age = :`param_2` OR users.age IS NULL) THEN :`param_3` ELSE :`param_4` END AS it FROM users
-- IsSet
SELECT CASE WHEN (users.name IS NOT NULL) THEN :`param_1` ELSE :`param_2` END AS it FROM users
-- Compare
SELECT CASE WHEN (users.name = :`param_1` OR users.name IS NULL) THEN :`param_2` ELSE :`param_3` END AS it FROM users
-- Among
SELECT CASE WHEN ((users.name NOT IN (:`param_1`)) OR users.name IS NULL) THEN :`param_2` ELSE :`param_3` END AS it FROM users
-- Match contains
SELECT CASE WHEN contains(users.name, :`param_1`) THEN :`param_2` ELSE :`param_3` END AS it FROM users
-- Match starts
SELECT CASE WHEN startswith(users.name, :`param_1`) THEN :`param_2` ELSE :`param_3` END AS it FROM users
-- Match ends
SELECT CASE WHEN (NOT endswith(users.name, :`param_1`) OR users.name IS NULL) THEN :`param_2` ELSE :`param_3` END AS it FROM users
-- Match includes
SELECT CASE WHEN array_contains(users.tags, :`param_1`) THEN :`param_2` ELSE :`param_3` END AS it FROM users
-- Happened
SELECT CASE WHEN (NOT (EXISTS (SELECT * FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= :`param_1`))) THEN :`param_2` ELSE :`param_3` END AS it FROM users
-- Followed: by a window in a pass, as in followed.sql
-- Tallied times
SELECT count(*) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied days
SELECT count(DISTINCT CAST(from_utc_timestamp(used_1.at, :`param_1`) AS DATE)) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied weeks
SELECT count(DISTINCT trunc(CAST(from_utc_timestamp(used_1.at, :`param_1`) AS DATE), :`param_2`)) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied months
SELECT count(DISTINCT trunc(CAST(from_utc_timestamp(used_1.at, :`param_1`) AS DATE), :`param_2`)) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied distinct
SELECT count(DISTINCT used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied sum
SELECT CASE WHEN (abs(sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) < :`abs_1`) THEN rint((sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :`param_1`) / :`rint_1` WHEN (abs(sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) <= :`abs_2`) THEN sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied average
SELECT CASE WHEN (abs(avg(CAST(used_1.seconds AS DOUBLE)) FILTER (WHERE used_1.feature IS NOT NULL)) < :`abs_1`) THEN rint((avg(CAST(used_1.seconds AS DOUBLE)) FILTER (WHERE used_1.feature IS NOT NULL)) * :`param_1`) / :`rint_1` WHEN (abs(avg(CAST(used_1.seconds AS DOUBLE)) FILTER (WHERE used_1.feature IS NOT NULL)) <= :`abs_2`) THEN avg(CAST(used_1.seconds AS DOUBLE)) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied highest
SELECT CASE WHEN (abs(max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) < :`abs_1`) THEN rint((max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :`param_1`) / :`rint_1` WHEN (abs(max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) <= :`abs_2`) THEN max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied lowest
SELECT CASE WHEN (abs(min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) < :`abs_1`) THEN rint((min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :`param_1`) / :`rint_1` WHEN (abs(min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) <= :`abs_2`) THEN min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied first
SELECT max_by(used_1.seconds, struct(-unix_micros(used_1.at), used_1.seconds)) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied last
SELECT max_by(used_1.seconds, struct(unix_micros(used_1.at), used_1.seconds)) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
