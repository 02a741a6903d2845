-- Constant
SELECT :param_1 AS it FROM users
-- Constant of a timestamp
SELECT :param_1 AS it FROM users
-- Constant of a date
SELECT :param_1 AS it FROM users
-- Constant of a boolean
SELECT :param_1 AS it FROM users
-- Awaited
SELECT :edge_1 AS it FROM users
-- Lower
SELECT tl_lower(users.name) AS it FROM users
-- Scaled
SELECT CASE WHEN (abs(users.age * :param_1 + :param_2) < :abs_1) THEN CASE WHEN (abs(round((users.age * :param_1 + :param_2) * :param_3) - (users.age * :param_1 + :param_2) * :param_3) = :abs_2) THEN round(((users.age * :param_1 + :param_2) * :param_3) / (:param_4 + 0.0)) * :round_1 ELSE round((users.age * :param_1 + :param_2) * :param_3) END / (:param_5 + 0.0) WHEN (abs(users.age * :param_1 + :param_2) <= :abs_3) THEN users.age * :param_1 + :param_2 ELSE NULL END AS it FROM users
-- LocalDate
SELECT tl_local_date(users.moment, :param_1) AS it FROM users
-- DayStart
SELECT tl_day_start(tl_shift_date(users.day, :tl_shift_date_1, :param_1, :tl_shift_date_2), :param_2) AS it FROM users
-- Shifted by days
SELECT tl_shift_date(users.day, :tl_shift_date_1, :param_1, :tl_shift_date_2) AS it FROM users
-- Shifted by months
SELECT tl_shift_date(users.day, :tl_shift_date_1, :param_1, :tl_shift_date_2) AS it FROM users
-- Shifted by minutes
SELECT users.moment + :param_1 AS it FROM users
-- DaysBetween
SELECT CAST(julianday(:param_1) - julianday(users.day) AS INTEGER) AS it FROM users
-- YearOf
SELECT CAST(substr(users.day, :substr_1, :substr_2) AS INTEGER) AS it FROM users
-- MonthDay
SELECT CAST(substr(users.day, :substr_1, :substr_2) AS INTEGER) * :param_1 + CAST(substr(users.day, :substr_3, :substr_4) AS INTEGER) AS it FROM users
-- Figure
SELECT coalesce((SELECT count(*) AS count_1 FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= :param_1), :coalesce_1) AS it FROM users
-- Figure of a last event
SELECT (SELECT used_1.feature FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= :param_1 ORDER BY used_1.at DESC, CASE WHEN (used_1.feature IS NULL) THEN :param_2 ELSE :param_3 END, used_1.feature DESC LIMIT :param_4 OFFSET :param_5) AS it FROM users
-- Total
SELECT coalesce((SELECT count(*) AS count_1 FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= :param_1), :coalesce_1) + coalesce((SELECT count(*) AS count_2 FROM used AS used_2 WHERE used_2.user_id = users.age AND used_2.at >= :param_2), :coalesce_2) AS it FROM users
-- Chosen
SELECT CASE WHEN (users.name = :param_1 OR users.name IS NULL) THEN users.age ELSE NULL END AS it FROM users
-- Ratio
SELECT CASE WHEN (abs(CAST(users.age AS DOUBLE) / (nullif(CAST(users.weight AS DOUBLE), :param_1) + 0.0)) < :abs_1) THEN CASE WHEN (abs(round((CAST(users.age AS DOUBLE) / (nullif(CAST(users.weight AS DOUBLE), :param_1) + 0.0)) * :param_2) - (CAST(users.age AS DOUBLE) / (nullif(CAST(users.weight AS DOUBLE), :param_1) + 0.0)) * :param_2) = :abs_2) THEN round(((CAST(users.age AS DOUBLE) / (nullif(CAST(users.weight AS DOUBLE), :param_1) + 0.0)) * :param_2) / (:param_3 + 0.0)) * :round_1 ELSE round((CAST(users.age AS DOUBLE) / (nullif(CAST(users.weight AS DOUBLE), :param_1) + 0.0)) * :param_2) END / (:param_4 + 0.0) WHEN (abs(CAST(users.age AS DOUBLE) / (nullif(CAST(users.weight AS DOUBLE), :param_1) + 0.0)) <= :abs_3) THEN CAST(users.age AS DOUBLE) / (nullif(CAST(users.weight AS DOUBLE), :param_1) + 0.0) ELSE NULL END AS it FROM users
-- Difference
SELECT CASE WHEN (abs(CAST(users.age AS DOUBLE) - CAST(users.weight AS DOUBLE)) < :abs_1) THEN CASE WHEN (abs(round((CAST(users.age AS DOUBLE) - CAST(users.weight AS DOUBLE)) * :param_1) - (CAST(users.age AS DOUBLE) - CAST(users.weight AS DOUBLE)) * :param_1) = :abs_2) THEN round(((CAST(users.age AS DOUBLE) - CAST(users.weight AS DOUBLE)) * :param_1) / (:param_2 + 0.0)) * :round_1 ELSE round((CAST(users.age AS DOUBLE) - CAST(users.weight AS DOUBLE)) * :param_1) END / (:param_3 + 0.0) WHEN (abs(CAST(users.age AS DOUBLE) - CAST(users.weight AS DOUBLE)) <= :abs_3) THEN CAST(users.age AS DOUBLE) - CAST(users.weight AS DOUBLE) ELSE NULL END AS it FROM users
-- Change
SELECT CASE WHEN (abs((CAST(users.age AS DOUBLE) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) + 0.0) - :param_4) < :abs_1) THEN CASE WHEN (abs(round(((CAST(users.age AS DOUBLE) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) + 0.0) - :param_4) * :param_5) - ((CAST(users.age AS DOUBLE) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) + 0.0) - :param_4) * :param_5) = :abs_2) THEN round((((CAST(users.age AS DOUBLE) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) + 0.0) - :param_4) * :param_5) / (:param_6 + 0.0)) * :round_1 ELSE round(((CAST(users.age AS DOUBLE) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) + 0.0) - :param_4) * :param_5) END / (:param_7 + 0.0) WHEN (abs((CAST(users.age AS DOUBLE) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) + 0.0) - :param_4) <= :abs_3) THEN (CAST(users.age AS DOUBLE) * :param_1) / ((nullif(CAST(users.weight AS DOUBLE), :param_2) * :param_3) + 0.0) - :param_4 ELSE NULL END AS it FROM users
-- Score
SELECT CASE WHEN (abs(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END) < :abs_1) THEN CASE WHEN (abs(round(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END * :param_9) - CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END * :param_9) = :abs_2) THEN round((CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END * :param_9) / (:param_10 + 0.0)) * :round_1 ELSE round(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END * :param_9) END / (:param_11 + 0.0) WHEN (abs(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END) <= :abs_3) THEN CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE) - :param_3) / (:param_4 + 0.0)) * :param_5 END * :param_8, :param_1)) / (nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) + 0.0) ELSE NULL END ELSE NULL END AS it FROM users
-- Always
SELECT CASE WHEN 1 THEN :param_1 ELSE :param_2 END AS it FROM users
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
SELECT CASE WHEN (instr(users.name, :param_1) > :instr_1) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Match starts
SELECT CASE WHEN (substr(users.name, :substr_1, length(:param_1)) = :param_1) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Match ends
SELECT CASE WHEN (substr(users.name, -length(:param_1)) != :param_1 OR users.name IS NULL) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Match includes
SELECT CASE WHEN (tl_includes(users.tags, :param_1) = :param_2) THEN :param_3 ELSE :param_4 END AS it FROM users
-- Happened
SELECT CASE WHEN (NOT (EXISTS (SELECT * FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= :param_1))) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Followed
SELECT CASE WHEN (EXISTS (SELECT * FROM used AS used_1 WHERE used_1.user_id = users.age AND (EXISTS (SELECT * FROM used AS used_2 WHERE used_2.user_id = used_1.user_id AND used_2.at > used_1.at AND used_2.at <= used_1.at + :param_1 AND used_2.feature = :param_2)))) THEN :param_3 ELSE :param_4 END AS it FROM users
-- Tallied times
SELECT count(*) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied days
SELECT count(DISTINCT tl_local_date(used_1.at, :param_1)) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied weeks
SELECT count(DISTINCT date(tl_local_date(used_1.at, :param_1), :param_2, :param_3)) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied months
SELECT count(DISTINCT substr(tl_local_date(used_1.at, :param_1), :substr_1, :substr_2)) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied distinct
SELECT count(DISTINCT used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied sum
SELECT CASE WHEN (abs(sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) < :abs_1) THEN CASE WHEN (abs(round((sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) - (sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) = :abs_2) THEN round(((sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) / (:param_2 + 0.0)) * :round_1 ELSE round((sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) END / (:param_3 + 0.0) WHEN (abs(sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) <= :abs_3) THEN sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied average
SELECT CASE WHEN (abs(avg(CAST(used_1.seconds AS DOUBLE)) FILTER (WHERE used_1.feature IS NOT NULL)) < :abs_1) THEN CASE WHEN (abs(round((avg(CAST(used_1.seconds AS DOUBLE)) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) - (avg(CAST(used_1.seconds AS DOUBLE)) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) = :abs_2) THEN round(((avg(CAST(used_1.seconds AS DOUBLE)) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) / (:param_2 + 0.0)) * :round_1 ELSE round((avg(CAST(used_1.seconds AS DOUBLE)) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) END / (:param_3 + 0.0) WHEN (abs(avg(CAST(used_1.seconds AS DOUBLE)) FILTER (WHERE used_1.feature IS NOT NULL)) <= :abs_3) THEN avg(CAST(used_1.seconds AS DOUBLE)) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied highest
SELECT CASE WHEN (abs(max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) < :abs_1) THEN CASE WHEN (abs(round((max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) - (max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) = :abs_2) THEN round(((max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) / (:param_2 + 0.0)) * :round_1 ELSE round((max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) END / (:param_3 + 0.0) WHEN (abs(max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) <= :abs_3) THEN max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied lowest
SELECT CASE WHEN (abs(min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) < :abs_1) THEN CASE WHEN (abs(round((min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) - (min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) = :abs_2) THEN round(((min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) / (:param_2 + 0.0)) * :round_1 ELSE round((min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) END / (:param_3 + 0.0) WHEN (abs(min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) <= :abs_3) THEN min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied first
SELECT tl_first(used_1.at, used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied last
SELECT tl_last(used_1.at, used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
