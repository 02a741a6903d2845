-- Constant
SELECT :param_1::VARCHAR AS it FROM users
-- Constant of a timestamp
SELECT :param_1::TIMESTAMP WITH TIME ZONE AS it FROM users
-- Constant of a date
SELECT :param_1::DATE AS it FROM users
-- Constant of a boolean
SELECT :param_1 AS it FROM users
-- Awaited
SELECT :edge_1::VARCHAR AS it FROM users
-- Lower
SELECT CASE WHEN (char_length(users.name) = octet_length(users.name)) THEN lower(users.name COLLATE "C") ELSE translate(users.name, :param_1::VARCHAR, :param_2::VARCHAR) END AS it FROM users
-- Scaled
SELECT CASE WHEN (abs(users.age * :param_1 + :param_2) < :abs_1) THEN round((users.age * :param_1 + :param_2) * :param_3) / CAST(:round_1 AS DOUBLE PRECISION) WHEN (abs(users.age * :param_1 + :param_2) <= :abs_2) THEN users.age * :param_1 + :param_2 ELSE NULL END AS it FROM users
-- LocalDate
SELECT CAST(timezone(:param_1::VARCHAR, users.moment) AS DATE) AS it FROM users
-- DayStart
SELECT timezone(:param_1::VARCHAR, CASE WHEN (CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_3 + (CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_4::VARCHAR, timezone(:param_5::VARCHAR, CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_3))) = CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_6 + (CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_7::VARCHAR, timezone(:param_8::VARCHAR, CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_6)))) THEN CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_3 + (CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_4::VARCHAR, timezone(:param_5::VARCHAR, CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_3))) WHEN (timezone(:param_9::VARCHAR, timezone(:param_10::VARCHAR, CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_3 + (CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_4::VARCHAR, timezone(:param_5::VARCHAR, CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_3))))) = CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE)) THEN CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_3 + (CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_4::VARCHAR, timezone(:param_5::VARCHAR, CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_3))) WHEN (timezone(:param_11::VARCHAR, timezone(:param_12::VARCHAR, CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_6 + (CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_7::VARCHAR, timezone(:param_8::VARCHAR, CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_6))))) = CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE)) THEN CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_6 + (CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_7::VARCHAR, timezone(:param_8::VARCHAR, CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_6))) ELSE CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_3 + (CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) - timezone(:param_4::VARCHAR, timezone(:param_5::VARCHAR, CAST(users.day + :param_2::INTEGER AS TIMESTAMP WITHOUT TIME ZONE) + :param_3))) END) AS it FROM users
-- Shifted by days
SELECT users.day + :param_1::INTEGER AS it FROM users
-- Shifted by months
SELECT CAST(users.day + make_interval(:param_1::INTEGER, :param_2::INTEGER) AS DATE) AS it FROM users
-- Shifted by minutes
SELECT timezone(:param_1::VARCHAR, timezone(:param_2::VARCHAR, users.moment) + :param_3) AS it FROM users
-- DaysBetween
SELECT :param_1::DATE - users.day AS it FROM users
-- YearOf
SELECT EXTRACT(year FROM users.day) AS it FROM users
-- MonthDay
SELECT EXTRACT(month FROM users.day) * :param_1::INTEGER + EXTRACT(day FROM users.day) AS it FROM users
-- Figure
SELECT coalesce((SELECT count(*) AS count_1 FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= :param_1::TIMESTAMP WITH TIME ZONE), :coalesce_1::INTEGER) AS it FROM users
-- Figure of a last event
SELECT (SELECT used_1.feature FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= :param_1::TIMESTAMP WITH TIME ZONE ORDER BY used_1.at DESC, CASE WHEN (used_1.feature IS NULL) THEN :param_2::INTEGER ELSE :param_3::INTEGER END, used_1.feature DESC LIMIT :param_4::INTEGER) AS it FROM users
-- Total
SELECT coalesce((SELECT count(*) AS count_1 FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= :param_1::TIMESTAMP WITH TIME ZONE), :coalesce_1::INTEGER) + coalesce((SELECT count(*) AS count_2 FROM used AS used_2 WHERE used_2.user_id = users.age AND used_2.at >= :param_2::TIMESTAMP WITH TIME ZONE), :coalesce_2::INTEGER) AS it FROM users
-- Chosen
SELECT CASE WHEN (users.name = :param_1::VARCHAR OR users.name IS NULL) THEN users.age ELSE NULL END AS it FROM users
-- Ratio
SELECT CASE WHEN (abs(CAST(users.age AS DOUBLE PRECISION) / CAST(nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1) AS DOUBLE PRECISION)) < :abs_1) THEN round((CAST(users.age AS DOUBLE PRECISION) / CAST(nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1) AS DOUBLE PRECISION)) * :param_2) / CAST(:round_1 AS DOUBLE PRECISION) WHEN (abs(CAST(users.age AS DOUBLE PRECISION) / CAST(nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1) AS DOUBLE PRECISION)) <= :abs_2) THEN CAST(users.age AS DOUBLE PRECISION) / CAST(nullif(CAST(users.weight AS DOUBLE PRECISION), :param_1) AS DOUBLE PRECISION) ELSE NULL END AS it FROM users
-- Difference
SELECT CASE WHEN (abs(CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION)) < :abs_1) THEN round((CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION)) * :param_1) / CAST(:round_1 AS DOUBLE PRECISION) WHEN (abs(CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION)) <= :abs_2) THEN CAST(users.age AS DOUBLE PRECISION) - CAST(users.weight AS DOUBLE PRECISION) ELSE NULL END AS it FROM users
-- Change
SELECT CASE WHEN (abs((CAST(users.age AS DOUBLE PRECISION) * :param_1) / CAST((nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) AS DOUBLE PRECISION) - :param_4) < :abs_1) THEN round(((CAST(users.age AS DOUBLE PRECISION) * :param_1) / CAST((nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) AS DOUBLE PRECISION) - :param_4) * :param_5) / CAST(:round_1 AS DOUBLE PRECISION) WHEN (abs((CAST(users.age AS DOUBLE PRECISION) * :param_1) / CAST((nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) AS DOUBLE PRECISION) - :param_4) <= :abs_2) THEN (CAST(users.age AS DOUBLE PRECISION) * :param_1) / CAST((nullif(CAST(users.weight AS DOUBLE PRECISION), :param_2) * :param_3) AS DOUBLE PRECISION) - :param_4 ELSE NULL END AS it FROM users
-- Score
SELECT CASE WHEN (abs(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :param_5 END * :param_8, :param_1)) / CAST(nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) AS DOUBLE PRECISION) ELSE NULL END) < :abs_1) THEN round(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :param_5 END * :param_8, :param_1)) / CAST(nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) AS DOUBLE PRECISION) ELSE NULL END * :param_9) / CAST(:round_1 AS DOUBLE PRECISION) WHEN (abs(CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :param_5 END * :param_8, :param_1)) / CAST(nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) AS DOUBLE PRECISION) ELSE NULL END) <= :abs_2) THEN CASE WHEN (:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(users.age AS DOUBLE PRECISION) - :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(users.age AS DOUBLE PRECISION) - :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :param_5 END * :param_8, :param_1)) / CAST(nullif(:param_1 + CASE WHEN (CAST(users.age AS DOUBLE PRECISION) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) AS DOUBLE PRECISION) ELSE NULL END ELSE NULL END AS it FROM users
-- Always
SELECT CASE WHEN true THEN :param_1::INTEGER ELSE :param_2::INTEGER END AS it FROM users
-- All
SELECT CASE WHEN ((users.name = :param_1::VARCHAR OR users.name IS NULL) AND (users.age = :param_2::BIGINT OR users.age IS NULL)) THEN :param_3::INTEGER ELSE :param_4::INTEGER END AS it FROM users
-- Either
SELECT CASE WHEN (users.name = :param_1::VARCHAR OR users.name IS NULL OR users.age = :param_2::BIGINT OR users.age IS NULL) THEN :param_3::INTEGER ELSE :param_4::INTEGER END AS it FROM users
-- IsSet
SELECT CASE WHEN (users.name IS NOT NULL) THEN :param_1::INTEGER ELSE :param_2::INTEGER END AS it FROM users
-- Compare
SELECT CASE WHEN (users.name = :param_1::VARCHAR OR users.name IS NULL) THEN :param_2::INTEGER ELSE :param_3::INTEGER END AS it FROM users
-- Among
SELECT CASE WHEN ((users.name NOT IN (:param_1::VARCHAR)) OR users.name IS NULL) THEN :param_2::INTEGER ELSE :param_3::INTEGER END AS it FROM users
-- Match contains
SELECT CASE WHEN (strpos(users.name, :param_1::VARCHAR) > :strpos_1::INTEGER) THEN :param_2::INTEGER ELSE :param_3::INTEGER END AS it FROM users
-- Match starts
SELECT CASE WHEN starts_with(users.name, :param_1::VARCHAR) THEN :param_2::INTEGER ELSE :param_3::INTEGER END AS it FROM users
-- Match ends
SELECT CASE WHEN (right(users.name, char_length(:param_1::VARCHAR)) != :param_1::VARCHAR OR users.name IS NULL) THEN :param_2::INTEGER ELSE :param_3::INTEGER END AS it FROM users
-- Match includes
SELECT CASE WHEN (array_position(users.tags, :param_1::VARCHAR) IS NOT NULL) THEN :param_2::INTEGER ELSE :param_3::INTEGER END AS it FROM users
-- Happened
SELECT CASE WHEN (NOT (EXISTS (SELECT * FROM used AS used_1 WHERE used_1.user_id = users.age AND used_1.at >= :param_1::TIMESTAMP WITH TIME ZONE))) THEN :param_2::INTEGER ELSE :param_3::INTEGER END AS it FROM users
-- Followed
SELECT CASE WHEN (EXISTS (SELECT * FROM used AS used_1 WHERE used_1.user_id = users.age AND (EXISTS (SELECT * FROM used AS used_2 WHERE used_2.user_id = used_1.user_id AND used_2.at > used_1.at AND used_2.at <= timezone(:param_1::VARCHAR, timezone(:param_2::VARCHAR, used_1.at) + :param_3) AND used_2.feature = :param_4::VARCHAR)))) THEN :param_5::INTEGER ELSE :param_6::INTEGER END AS it FROM users
-- Tallied times
SELECT count(*) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied days
SELECT count(DISTINCT CAST(timezone(:param_1::VARCHAR, used_1.at) AS DATE)) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied weeks
SELECT count(DISTINCT date_trunc(:param_1::VARCHAR, CAST(CAST(timezone(:param_2::VARCHAR, used_1.at) AS DATE) AS TIMESTAMP WITHOUT TIME ZONE))) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied months
SELECT count(DISTINCT date_trunc(:param_1::VARCHAR, CAST(CAST(timezone(:param_2::VARCHAR, used_1.at) AS DATE) AS TIMESTAMP WITHOUT TIME ZONE))) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied distinct
SELECT count(DISTINCT used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) AS anon_1 FROM used AS used_1
-- Tallied sum
SELECT CASE WHEN (abs(sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) < :abs_1) THEN round((sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) / CAST(:round_1 AS DOUBLE PRECISION) WHEN (abs(sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) <= :abs_2) THEN sum(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied average
SELECT CASE WHEN (abs(avg(CAST(used_1.seconds AS DOUBLE PRECISION)) FILTER (WHERE used_1.feature IS NOT NULL)) < :abs_1) THEN round((avg(CAST(used_1.seconds AS DOUBLE PRECISION)) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) / CAST(:round_1 AS DOUBLE PRECISION) WHEN (abs(avg(CAST(used_1.seconds AS DOUBLE PRECISION)) FILTER (WHERE used_1.feature IS NOT NULL)) <= :abs_2) THEN avg(CAST(used_1.seconds AS DOUBLE PRECISION)) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied highest
SELECT CASE WHEN (abs(max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) < :abs_1) THEN round((max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) / CAST(:round_1 AS DOUBLE PRECISION) WHEN (abs(max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) <= :abs_2) THEN max(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied lowest
SELECT CASE WHEN (abs(min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) < :abs_1) THEN round((min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) * :param_1) / CAST(:round_1 AS DOUBLE PRECISION) WHEN (abs(min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL)) <= :abs_2) THEN min(used_1.seconds) FILTER (WHERE used_1.feature IS NOT NULL) ELSE NULL END AS anon_1 FROM used AS used_1
-- Tallied first
SELECT (array_agg(used_1.seconds ORDER BY used_1.at ASC, used_1.seconds DESC NULLS LAST) FILTER (WHERE used_1.feature IS NOT NULL))[:param_1::INTEGER] AS anon_1 FROM used AS used_1
-- Tallied last
SELECT (array_agg(used_1.seconds ORDER BY used_1.at DESC, used_1.seconds DESC NULLS LAST) FILTER (WHERE used_1.feature IS NOT NULL))[:param_1::INTEGER] AS anon_1 FROM used AS used_1
