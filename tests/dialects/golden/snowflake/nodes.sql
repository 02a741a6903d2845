-- Constant
SELECT :param_1 AS it FROM users
-- Constant of a timestamp
SELECT CAST(:param_1 AS TIMESTAMP_TZ) AS it FROM users
-- Constant of a date
SELECT CAST(:param_1 AS DATE) AS it FROM users
-- Constant of a boolean
SELECT :param_1 AS it FROM users
-- Awaited
SELECT :edge_1 AS it FROM users
-- Lower
SELECT CASE WHEN (octet_length(users.name) = length(users.name)) THEN lower(users.name) ELSE translate(users.name, :param_1, :param_2) END AS it FROM users
-- Scaled
SELECT CASE WHEN (abs(users.age * :param_1 + :param_2) < :abs_1) THEN CASE WHEN (abs(round((users.age * :param_1 + :param_2) * :param_3) - (users.age * :param_1 + :param_2) * :param_3) = :abs_2) THEN round(((users.age * :param_1 + :param_2) * :param_3) / :param_4) * :round_1 ELSE round((users.age * :param_1 + :param_2) * :param_3) END / :param_5 WHEN (abs(users.age * :param_1 + :param_2) <= :abs_3) THEN users.age * :param_1 + :param_2 ELSE NULL END AS it FROM users
-- LocalDate
SELECT CAST(convert_timezone(:param_1, users.moment) AS DATE) AS it FROM users
-- DayStart
SELECT to_timestamp_tz(to_char(CASE WHEN (dateadd('second', datediff('second', convert_timezone(:param_1, :param_2, dateadd('day', :param_3, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))), CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)), dateadd('day', :param_3, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))) = dateadd('second', datediff('second', convert_timezone(:param_5, :param_6, dateadd('day', :param_7, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))), CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)), dateadd('day', :param_7, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)))) THEN dateadd('second', datediff('second', convert_timezone(:param_1, :param_2, dateadd('day', :param_3, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))), CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)), dateadd('day', :param_3, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))) WHEN (convert_timezone(:param_8, :param_9, dateadd('second', datediff('second', convert_timezone(:param_1, :param_2, dateadd('day', :param_3, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))), CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)), dateadd('day', :param_3, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)))) = CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)) THEN dateadd('second', datediff('second', convert_timezone(:param_1, :param_2, dateadd('day', :param_3, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))), CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)), dateadd('day', :param_3, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))) WHEN (convert_timezone(:param_10, :param_11, dateadd('second', datediff('second', convert_timezone(:param_5, :param_6, dateadd('day', :param_7, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))), CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)), dateadd('day', :param_7, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)))) = CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)) THEN dateadd('second', datediff('second', convert_timezone(:param_5, :param_6, dateadd('day', :param_7, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))), CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)), dateadd('day', :param_7, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))) ELSE dateadd('second', datediff('second', convert_timezone(:param_1, :param_2, dateadd('day', :param_3, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))), CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ)), dateadd('day', :param_3, CAST(CAST(dateadd('day', :param_4, users.day) AS DATE) AS TIMESTAMP_NTZ))) END, :param_12) || :param_13, :param_14) AS it FROM users
-- Shifted by days
SELECT CAST(dateadd('day', :param_1, users.day) AS DATE) AS it FROM users
-- Shifted by months
SELECT CAST(dateadd('month', :param_1, users.day) AS DATE) AS it FROM users
-- Shifted by minutes
SELECT dateadd('microsecond', :param_1, users.moment) AS it FROM users
-- DaysBetween
SELECT datediff('day', users.day, CAST(:param_1 AS DATE)) AS it FROM users
-- YearOf
SELECT year(users.day) AS it FROM users
-- MonthDay
SELECT month(users.day) * :month_1 + dayofmonth(users.day) AS it FROM users
-- Figure
SELECT coalesce((SELECT count(*) AS count_1 FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= CAST(:param_1 AS TIMESTAMP_TZ)), :coalesce_1) AS it FROM users
-- Figure of a last event
SELECT (SELECT used_1.feature FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= CAST(:param_1 AS TIMESTAMP_TZ) ORDER BY used_1.at DESC, CASE WHEN (used_1.feature IS NULL) THEN :param_2 ELSE :param_3 END, used_1.feature DESC LIMIT :param_4) AS it FROM users
-- Total
SELECT coalesce((SELECT count(*) AS count_1 FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= CAST(:param_1 AS TIMESTAMP_TZ)), :coalesce_1) + coalesce((SELECT count(*) AS count_2 FROM used AS used_2 WHERE used_2.user_id = users.age AND used_2.at >= CAST(:param_2 AS TIMESTAMP_TZ)), :coalesce_2) AS it FROM users
-- Chosen
SELECT CASE WHEN (users.name = :param_1 OR users.name IS NULL) THEN users.age ELSE NULL END AS it FROM users
-- Ratio
SELECT CASE WHEN (abs(CAST(users.age AS DOUBLE) / nullif(CAST(users.weight AS DOUBLE), :param_1)) < :abs_1) THEN CASE WHEN (abs(round((CAST(users.age AS DOUBLE) / nullif(CAST(users.weight AS DOUBLE), :param_1)) * :param_2) - (CAST(users.age AS DOUBLE) / nullif(CAST(users.weight AS DOUBLE), :param_1)) * :param_2) = :abs_2) THEN round(((CAST(users.age AS DOUBLE) / nullif(CAST(users.weight AS DOUBLE), :param_1)) * :param_2) / :param_3) * :round_1 ELSE round((CAST(users.age AS DOUBLE) / nullif(CAST(users.weight AS DOUBLE), :param_1)) * :param_2) END / :param_4 WHEN (abs(CAST(users.age AS DOUBLE) / nullif(CAST(users.weight AS DOUBLE), :param_1)) <= :abs_3) THEN CAST(users.age AS DOUBLE) / nullif(CAST(users.weight AS DOUBLE), :param_1) ELSE NULL END AS it FROM users
-- Change
SELECT CASE WHEN (abs((CAST(users.age AS DOUBLE) * :param_1) / (nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) - :param_4) < :abs_1) THEN CASE WHEN (abs(round(((CAST(users.age AS DOUBLE) * :param_1) / (nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) - :param_4) * :param_5) - ((CAST(users.age AS DOUBLE) * :param_1) / (nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) - :param_4) * :param_5) = :abs_2) THEN round((((CAST(users.age AS DOUBLE) * :param_1) / (nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) - :param_4) * :param_5) / :param_6) * :round_1 ELSE round(((CAST(users.age AS DOUBLE) * :param_1) / (nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) - :param_4) * :param_5) END / :param_7 WHEN (abs((CAST(users.age AS DOUBLE) * :param_1) / (nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) - :param_4) <= :abs_3) THEN (CAST(users.age AS DOUBLE) * :param_1) / (nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) - :param_4 ELSE NULL END AS it FROM users
-- Score
SELECT CASE WHEN (abs(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 END * :param_8, :param_1)) / nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) ELSE NULL END) < :abs_1) THEN CASE WHEN (abs(round(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 END * :param_8, :param_1)) / nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) ELSE NULL END * :param_9) - CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 END * :param_8, :param_1)) / nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) ELSE NULL END * :param_9) = :abs_2) THEN round((CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 END * :param_8, :param_1)) / nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) ELSE NULL END * :param_9) / :param_10) * :round_1 ELSE round(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 END * :param_8, :param_1)) / nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) ELSE NULL END * :param_9) END / :param_11 WHEN (abs(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 END * :param_8, :param_1)) / nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) ELSE NULL END) <= :abs_3) THEN CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / :param_4) * :param_5 END * :param_8, :param_1)) / nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) ELSE NULL END ELSE NULL END AS it FROM users
-- Always
SELECT CASE WHEN true THEN :param_1 ELSE :param_2 END AS it FROM users
-- All
SELECT CASE WHEN ((users.name = :param_1 OR users.name IS NULL) AND (users.age = :param_2 OR users.age IS NULL)) THEN :param_3 ELSE :param_4 END AS it FROM users
-- Either
SELECT CASE WHEN (users.name = :param_1 OR users.name IS NULL OR users.age = :param_2 OR users.age IS NULL) THEN :param_3 ELSE :param_4 END AS it FROM users
-- IsSet
SELECT CASE WHEN (users.name IS NOT NULL) THEN :param_1 ELSE :param_2 END AS it FROM users
-- Compare
SELECT CASE WHEN (users.name = :param_1 OR users.name IS NULL) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Among
SELECT CASE WHEN ((users.name NOT IN (:param_1)) OR users.name IS NULL) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Match contains
SELECT CASE WHEN contains(users.name, :param_1) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Match starts
SELECT CASE WHEN startswith(users.name, :param_1) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Match ends
SELECT CASE WHEN (NOT endswith(users.name, :param_1) OR users.name IS NULL) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Match includes
SELECT CASE WHEN array_contains(CAST(:param_1 AS VARIANT), users.tags) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Happened
SELECT CASE WHEN (NOT (EXISTS (SELECT * FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= CAST(:param_1 AS TIMESTAMP_TZ)))) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Followed: by a window in a pass, as in followed.sql
-- Tallied times
SELECT count(CASE WHEN (used_1.feature IS NOT NULL) THEN 1 END) AS anon_1 FROM used AS used_1
-- Tallied days
SELECT count(DISTINCT CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(convert_timezone(:param_1, used_1.at) AS DATE) END) AS anon_1 FROM used AS used_1
-- Tallied weeks
SELECT count(DISTINCT CASE WHEN (used_1.feature IS NOT NULL) THEN dateadd('day', :dayofweekiso_1 - dayofweekiso(CAST(convert_timezone(:param_1, used_1.at) AS DATE)), CAST(convert_timezone(:param_1, used_1.at) AS DATE)) END) AS anon_1 FROM used AS used_1
-- Tallied months
SELECT count(DISTINCT CASE WHEN (used_1.feature IS NOT NULL) THEN date_trunc('month', CAST(convert_timezone(:param_1, used_1.at) AS DATE)) END) AS anon_1 FROM used AS used_1
-- Tallied distinct
SELECT count(DISTINCT CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END) AS anon_1 FROM used AS used_1
-- Tallied sum
SELECT CASE WHEN (abs(sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) < :abs_1) THEN CASE WHEN (abs(round((sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) - (sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) = :abs_2) THEN round(((sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) / :param_2) * :round_1 ELSE round((sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) END / :param_3 WHEN (abs(sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) <= :abs_3) THEN sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied average
SELECT CASE WHEN (abs(avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE) END)) < :abs_1) THEN CASE WHEN (abs(round((avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE) END)) * :param_1) - (avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE) END)) * :param_1) = :abs_2) THEN round(((avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE) END)) * :param_1) / :param_2) * :round_1 ELSE round((avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE) END)) * :param_1) END / :param_3 WHEN (abs(avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE) END)) <= :abs_3) THEN avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE) END) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied highest
SELECT CASE WHEN (abs(max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) < :abs_1) THEN CASE WHEN (abs(round((max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) - (max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) = :abs_2) THEN round(((max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) / :param_2) * :round_1 ELSE round((max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) END / :param_3 WHEN (abs(max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) <= :abs_3) THEN max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied lowest
SELECT CASE WHEN (abs(min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) < :abs_1) THEN CASE WHEN (abs(round((min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) - (min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) = :abs_2) THEN round(((min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) / :param_2) * :round_1 ELSE round((min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) END / :param_3 WHEN (abs(min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) <= :abs_3) THEN min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied first
SELECT CAST(get(get(array_agg(CASE WHEN (used_1.feature IS NOT NULL) THEN array_construct(used_1.seconds) END) WITHIN GROUP (ORDER BY used_1.at ASC, used_1.seconds DESC NULLS LAST), 0), 0) AS DOUBLE) AS get_1 FROM used AS used_1
-- Tallied last
SELECT CAST(get(get(array_agg(CASE WHEN (used_1.feature IS NOT NULL) THEN array_construct(used_1.seconds) END) WITHIN GROUP (ORDER BY used_1.at DESC, used_1.seconds DESC NULLS LAST), 0), 0) AS DOUBLE) AS get_1 FROM used AS used_1
