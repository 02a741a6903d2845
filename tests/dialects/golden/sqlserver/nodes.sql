-- Constant
SELECT :param_1 AS it FROM users
-- Constant of a timestamp
SELECT CAST(:param_1 AS datetimeoffset(6)) AS it FROM users
-- Constant of a date
SELECT CAST(:param_1 AS date) AS it FROM users
-- Constant of a boolean
SELECT :param_1 AS it FROM users
-- Awaited
SELECT :edge_1 AS it FROM users
-- Lower: refused, it knows letters beyond 16 bits as two halves, and has the lower case of neither
-- Scaled
SELECT CASE WHEN (abs(users.age * :param_1 + :param_2) < :abs_1) THEN CASE WHEN (abs(round((users.age * :param_1 + :param_2) * :param_3, 0) - (users.age * :param_1 + :param_2) * :param_3) = :abs_2) THEN round(((users.age * :param_1 + :param_2) * :param_3) / (:param_4 + 0.0), 0) * :round_1 ELSE round((users.age * :param_1 + :param_2) * :param_3, 0) END / (:param_5 + 0.0) WHEN (abs(users.age * :param_1 + :param_2) <= :abs_3) THEN users.age * :param_1 + :param_2 ELSE NULL END AS it FROM users
-- LocalDate: refused, it knows the zones of Windows, and none by the name that the project gives; a project in UTC can ask it
-- DayStart: refused, it knows the zones of Windows, and none by the name that the project gives; a project in UTC can ask it
-- Shifted by days
SELECT dateadd(day, :param_1, users.day) AS it FROM users
-- Shifted by months
SELECT dateadd(month, :param_1, users.day) AS it FROM users
-- Shifted by minutes
SELECT dateadd(second, :param_1, users.moment) AS it FROM users
-- DaysBetween
SELECT datediff(day, users.day, CAST(:param_1 AS date)) AS it FROM users
-- YearOf
SELECT year(users.day) AS it FROM users
-- MonthDay
SELECT month(users.day) * :month_1 + day(users.day) AS it FROM users
-- Figure
SELECT coalesce((SELECT count(*) AS count_1 FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= CAST(:param_1 AS datetimeoffset(6))), :coalesce_1) AS it FROM users
-- Figure of a last event
SELECT (SELECT TOP 1 used_1.feature FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= CAST(:param_2 AS datetimeoffset(6)) ORDER BY used_1.at DESC, CASE WHEN (used_1.feature IS NULL) THEN :param_3 ELSE :param_4 END, used_1.feature DESC) AS it FROM users
-- Total
SELECT coalesce((SELECT count(*) AS count_1 FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= CAST(:param_1 AS datetimeoffset(6))), :coalesce_1) + coalesce((SELECT count(*) AS count_2 FROM used AS used_2 WHERE used_2.user_id = users.age AND used_2.at >= CAST(:param_2 AS datetimeoffset(6))), :coalesce_2) AS it FROM users
-- Chosen
SELECT CASE WHEN (users.name = :param_1 OR users.name IS NULL) THEN users.age ELSE NULL END AS it FROM users
-- Ratio
SELECT CASE WHEN (abs(CAST(users.age AS DOUBLE PRECISION) / (nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1) + 0.0)) < :abs_1) THEN CASE WHEN (abs(round((CAST(users.age AS DOUBLE PRECISION) / (nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1) + 0.0)) * :param_2, 0) - (CAST(users.age AS DOUBLE PRECISION) / (nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1) + 0.0)) * :param_2) = :abs_2) THEN round(((CAST(users.age AS DOUBLE PRECISION) / (nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1) + 0.0)) * :param_2) / (:param_3 + 0.0), 0) * :round_1 ELSE round((CAST(users.age AS DOUBLE PRECISION) / (nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1) + 0.0)) * :param_2, 0) END / (:param_4 + 0.0) WHEN (abs(CAST(users.age AS DOUBLE PRECISION) / (nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1) + 0.0)) <= :abs_3) THEN CAST(users.age AS DOUBLE PRECISION) / (nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1) + 0.0) ELSE NULL END AS it FROM users
-- Difference
SELECT CASE WHEN (abs(CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION)) < :abs_1) THEN CASE WHEN (abs(round((CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION)) * :param_1, 0) - (CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION)) * :param_1) = :abs_2) THEN round(((CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION)) * :param_1) / (:param_2 + 0.0), 0) * :round_1 ELSE round((CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION)) * :param_1, 0) END / (:param_3 + 0.0) WHEN (abs(CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION)) <= :abs_3) THEN CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION) ELSE NULL END AS it FROM users
-- Change
SELECT CASE WHEN (abs((CAST(users.age AS DOUBLE PRECISION) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) + 0.0) - :param_4) < :abs_1) THEN CASE WHEN (abs(round(((CAST(users.age AS DOUBLE PRECISION) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) + 0.0) - :param_4) * :param_5, 0) - ((CAST(users.age AS DOUBLE PRECISION) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) + 0.0) - :param_4) * :param_5) = :abs_2) THEN round((((CAST(users.age AS DOUBLE PRECISION) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) + 0.0) - :param_4) * :param_5) / (:param_6 + 0.0), 0) * :round_1 ELSE round(((CAST(users.age AS DOUBLE PRECISION) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) + 0.0) - :param_4) * :param_5, 0) END / (:param_7 + 0.0) WHEN (abs((CAST(users.age AS DOUBLE PRECISION) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) + 0.0) - :param_4) <= :abs_3) THEN (CAST(users.age AS DOUBLE PRECISION) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) + 0.0) - :param_4 ELSE NULL END AS it FROM users
-- Score
SELECT CASE WHEN (abs(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END) < :abs_1) THEN CASE WHEN (abs(round(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END * :param_9, 0) - CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END * :param_9) = :abs_2) THEN round((CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END * :param_9) / (:param_10 + 0.0), 0) * :round_1 ELSE round(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END * :param_9, 0) END / (:param_11 + 0.0) WHEN (abs(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END) <= :abs_3) THEN CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END ELSE NULL END AS it FROM users
-- Always
SELECT CASE WHEN 1 = 1 THEN :param_1 ELSE :param_2 END AS it FROM users
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
SELECT CASE WHEN (charindex(:param_1, users.name) > :charindex_1) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Match starts
SELECT CASE WHEN (charindex(:param_1, users.name) = :charindex_1) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Match ends
SELECT CASE WHEN (charindex(reverse(:param_1), reverse(users.name)) != :charindex_1 OR users.name IS NULL) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Match includes
SELECT CASE WHEN (:param_1 IN (SELECT value COLLATE Latin1_General_100_BIN2 FROM OPENJSON(users.tags))) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Happened
SELECT CASE WHEN (NOT (EXISTS (SELECT * FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= CAST(:param_1 AS datetimeoffset(6))))) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Followed
SELECT CASE WHEN (EXISTS (SELECT * FROM used AS used_1 WHERE used_1.user_id = users.age AND (EXISTS (SELECT * FROM used AS used_2 WHERE used_2.user_id = used_1.user_id AND used_2.at > used_1.at AND used_2.at <= dateadd(second, :param_1, used_1.at) AND used_2.feature = :param_2)))) THEN :param_3 ELSE :param_4 END AS it FROM users
-- Tallied times
SELECT count(CASE WHEN (used_1.feature IS NOT NULL) THEN 1 END) AS anon_1 FROM used AS used_1
-- Tallied days: refused, it knows the zones of Windows, and none by the name that the project gives; a project in UTC can ask it
-- Tallied weeks: refused, it knows the zones of Windows, and none by the name that the project gives; a project in UTC can ask it
-- Tallied months: refused, it knows the zones of Windows, and none by the name that the project gives; a project in UTC can ask it
-- Tallied distinct
SELECT count(DISTINCT CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END) AS anon_1 FROM used AS used_1
-- Tallied sum
SELECT CASE WHEN (abs(sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) < :abs_1) THEN CASE WHEN (abs(round((sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1, 0) - (sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) = :abs_2) THEN round(((sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) / (:param_2 + 0.0), 0) * :round_1 ELSE round((sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1, 0) END / (:param_3 + 0.0) WHEN (abs(sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) <= :abs_3) THEN sum(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied average
SELECT CASE WHEN (abs(avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE PRECISION) END)) < :abs_1) THEN CASE WHEN (abs(round((avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE PRECISION) END)) * :param_1, 0) - (avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE PRECISION) END)) * :param_1) = :abs_2) THEN round(((avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE PRECISION) END)) * :param_1) / (:param_2 + 0.0), 0) * :round_1 ELSE round((avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE PRECISION) END)) * :param_1, 0) END / (:param_3 + 0.0) WHEN (abs(avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE PRECISION) END)) <= :abs_3) THEN avg(CASE WHEN (used_1.feature IS NOT NULL) THEN CAST(used_1.seconds AS DOUBLE PRECISION) END) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied highest
SELECT CASE WHEN (abs(max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) < :abs_1) THEN CASE WHEN (abs(round((max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1, 0) - (max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) = :abs_2) THEN round(((max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) / (:param_2 + 0.0), 0) * :round_1 ELSE round((max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1, 0) END / (:param_3 + 0.0) WHEN (abs(max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) <= :abs_3) THEN max(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied lowest
SELECT CASE WHEN (abs(min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) < :abs_1) THEN CASE WHEN (abs(round((min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1, 0) - (min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) = :abs_2) THEN round(((min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1) / (:param_2 + 0.0), 0) * :round_1 ELSE round((min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) * :param_1, 0) END / (:param_3 + 0.0) WHEN (abs(min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END)) <= :abs_3) THEN min(CASE WHEN (used_1.feature IS NOT NULL) THEN used_1.seconds END) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied first: refused, it has no aggregate that keeps the value of the first or last row
-- Tallied last: refused, it has no aggregate that keeps the value of the first or last row
