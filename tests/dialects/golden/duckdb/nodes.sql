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
SELECT CASE WHEN (strlen(users.name) = length(users.name)) THEN lower(users.name) ELSE translate(users.name, :param_1, :param_2) END AS it FROM users
-- Scaled
SELECT CASE WHEN (abs(users.age * :param_1 + :param_2) < :abs_1) THEN round_even((users.age * :param_1 + :param_2) * :param_3, :round_even_1) / :round_even_2 WHEN (abs(users.age * :param_1 + :param_2) <= :abs_2) THEN users.age * :param_1 + :param_2 ELSE NULL END AS it FROM users
-- LocalDate
SELECT CAST(timezone(:param_1, timezone(:param_2, users.moment)) AS DATE) AS it FROM users
-- DayStart
SELECT CASE WHEN (CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_2 + (CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_3, timezone(:param_4, CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_2))) = CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_5 + (CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_6, timezone(:param_7, CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_5)))) THEN CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_2 + (CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_3, timezone(:param_4, CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_2))) WHEN (timezone(:param_8, timezone(:param_9, CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_2 + (CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_3, timezone(:param_4, CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_2))))) = CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE)) THEN CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_2 + (CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_3, timezone(:param_4, CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_2))) WHEN (timezone(:param_10, timezone(:param_11, CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_5 + (CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_6, timezone(:param_7, CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_5))))) = CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE)) THEN CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_5 + (CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_6, timezone(:param_7, CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_5))) ELSE CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_2 + (CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_3, timezone(:param_4, CAST(users.day + CAST(:param_1 AS INTEGER) AS TIMESTAMP WITHOUT TIME ZONE) + :param_2))) END AS it FROM users
-- Shifted by days
SELECT users.day + CAST(:param_1 AS INTEGER) AS it FROM users
-- Shifted by months
SELECT CAST(users.day + to_months(CAST(:param_1 AS INTEGER)) AS DATE) AS it FROM users
-- Shifted by minutes
SELECT users.moment + :param_1 AS it FROM users
-- DaysBetween
SELECT date_diff(:param_1, users.day, :param_2) AS it FROM users
-- YearOf
SELECT EXTRACT(year FROM users.day) AS it FROM users
-- MonthDay
SELECT EXTRACT(month FROM users.day) * :param_1 + EXTRACT(day FROM users.day) AS it FROM users
-- Figure
SELECT coalesce((SELECT count(*) AS count_1 FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1."at" >= :param_1), :coalesce_1) AS it FROM users
-- Figure of a last event
SELECT (SELECT used_1.feature FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1."at" >= :param_1 ORDER BY used_1."at" DESC, CASE WHEN (used_1.feature IS NULL) THEN :param_2 ELSE :param_3 END, used_1.feature DESC LIMIT :param_4) AS it FROM users
-- Total
SELECT coalesce((SELECT count(*) AS count_1 FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1."at" >= :param_1), :coalesce_1) + coalesce((SELECT count(*) AS count_2 FROM used AS used_2 WHERE used_2.user_id = users.age AND used_2."at" >= :param_2), :coalesce_2) AS it FROM users
-- Chosen
SELECT CASE WHEN (users.name = :param_1 OR users.name IS NULL) THEN users.age ELSE NULL END AS it FROM users
-- Ratio
SELECT CASE WHEN (abs(CAST(users.age AS DOUBLE PRECISION) / nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1)) < :abs_1) THEN round_even((CAST(users.age AS DOUBLE PRECISION) / nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1)) * :param_2, :round_even_1) / :round_even_2 WHEN (abs(CAST(users.age AS DOUBLE PRECISION) / nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1)) <= :abs_2) THEN CAST(users.age AS DOUBLE PRECISION) / nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1) ELSE NULL END AS it FROM users
-- Difference
SELECT CASE WHEN (abs(CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION)) < :abs_1) THEN round_even((CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION)) * :param_1, :round_even_1) / :round_even_2 WHEN (abs(CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION)) <= :abs_2) THEN CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION) ELSE NULL END AS it FROM users
-- Change
SELECT CASE WHEN (abs((CAST(users.age AS DOUBLE PRECISION) * :param_1) / (nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) - :param_4) < :abs_1) THEN round_even(((CAST(users.age AS DOUBLE PRECISION) * :param_1) / (nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) - :param_4) * :param_5, :round_even_1) / :round_even_2 WHEN (abs((CAST(users.age AS DOUBLE PRECISION) * :param_1) / (nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) - :param_4) <= :abs_2) THEN (CAST(users.age AS DOUBLE PRECISION) * :param_1) / (nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) - :param_4 ELSE NULL END AS it FROM users
-- Score
SELECT CASE WHEN (abs(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / :param_4) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / :param_4) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / :param_4) * :param_5 END * :param_8, :param_1)) / nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) ELSE NULL END) < :abs_1) THEN round_even(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / :param_4) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / :param_4) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / :param_4) * :param_5 END * :param_8, :param_1)) / nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) ELSE NULL END * :param_9, :round_even_1) / :round_even_2 WHEN (abs(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / :param_4) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / :param_4) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / :param_4) * :param_5 END * :param_8, :param_1)) / nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) ELSE NULL END) <= :abs_2) THEN CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / :param_4) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / :param_4) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / :param_4) * :param_5 END * :param_8, :param_1)) / nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) ELSE NULL END ELSE NULL END AS it FROM users
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
SELECT CASE WHEN starts_with(users.name, :param_1) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Match ends
SELECT CASE WHEN (NOT ends_with(users.name, :param_1) OR users.name IS NULL) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Match includes
SELECT CASE WHEN list_contains(users.tags, :param_1) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Happened
SELECT CASE WHEN (NOT (EXISTS (SELECT * FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1."at" >= :param_1))) THEN :param_2 ELSE :param_3 END AS it FROM users
-- Followed: by a window in a pass, as in followed.sql
-- Tallied times
SELECT count(*) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied days
SELECT count(DISTINCT CAST(timezone(:param_1, timezone(:param_2, used_1."at")) AS DATE)) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied weeks
SELECT count(DISTINCT date_trunc(:param_1, CAST(timezone(:param_2, timezone(:param_3, used_1."at")) AS DATE))) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied months
SELECT count(DISTINCT date_trunc(:param_1, CAST(timezone(:param_2, timezone(:param_3, used_1."at")) AS DATE))) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied distinct
SELECT count(DISTINCT used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied sum
SELECT CASE WHEN (abs(sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) < :abs_1) THEN round_even((sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1, :round_even_1) / :round_even_2 WHEN (abs(sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) <= :abs_2) THEN sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied average
SELECT CASE WHEN (abs(avg(CAST(used_1.seconds AS DOUBLE PRECISION)) FILTER (WHERE used_1.feature IS NOT NULL)) < :abs_1) THEN round_even((avg(CAST(used_1.seconds AS DOUBLE PRECISION)) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1, :round_even_1) / :round_even_2 WHEN (abs(avg(CAST(used_1.seconds AS DOUBLE PRECISION)) FILTER (WHERE used_1.feature IS NOT NULL)) <= :abs_2) THEN avg(CAST(used_1.seconds AS DOUBLE PRECISION)) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied highest
SELECT CASE WHEN (abs(max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) < :abs_1) THEN round_even((max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1, :round_even_1) / :round_even_2 WHEN (abs(max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) <= :abs_2) THEN max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied lowest
SELECT CASE WHEN (abs(min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) < :abs_1) THEN round_even((min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1, :round_even_1) / :round_even_2 WHEN (abs(min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) <= :abs_2) THEN min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied first
SELECT first(used_1.seconds ORDER BY used_1."at" ASC, used_1.seconds DESC NULLS LAST) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied last
SELECT first(used_1.seconds ORDER BY used_1."at" DESC, used_1.seconds DESC NULLS LAST) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
