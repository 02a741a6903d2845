-- Constant
SELECT :param_1 AS `it` FROM `users`
-- Constant of a timestamp
SELECT toDateTime64(:param_1, 6, 'UTC') AS `it` FROM `users`
-- Constant of a date
SELECT toDate32(:param_1) AS `it` FROM `users`
-- Constant of a boolean
SELECT :param_1 AS `it` FROM `users`
-- Awaited
SELECT :edge_1 AS `it` FROM `users`
-- Lower
SELECT translateUTF8(`users`.`name`, :param_1, :param_2) AS `it` FROM `users`
-- Scaled
SELECT CASE WHEN (abs(`users`.`age` * :param_1 + :param_2) < :abs_1) THEN roundBankers((`users`.`age` * :param_1 + :param_2) * :param_3) / CAST(:roundBankers_1 AS DOUBLE) WHEN (abs(`users`.`age` * :param_1 + :param_2) <= :abs_2) THEN `users`.`age` * :param_1 + :param_2 ELSE NULL END AS `it` FROM `users`
-- LocalDate
SELECT toDate32(toTimeZone(`users`.`moment`, :param_1)) AS `it` FROM `users`
-- DayStart
SELECT CASE WHEN (addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), dateDiff('second', addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), timezoneOffset(toTimeZone(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), :param_3))), toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'))) = addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_4), dateDiff('second', addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_4), timezoneOffset(toTimeZone(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_4), :param_5))), toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC')))) THEN addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), dateDiff('second', addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), timezoneOffset(toTimeZone(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), :param_3))), toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'))) WHEN (addSeconds(addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), dateDiff('second', addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), timezoneOffset(toTimeZone(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), :param_3))), toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'))), timezoneOffset(toTimeZone(addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), dateDiff('second', addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), timezoneOffset(toTimeZone(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), :param_3))), toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'))), :param_6))) = toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC')) THEN addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), dateDiff('second', addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), timezoneOffset(toTimeZone(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), :param_3))), toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'))) WHEN (addSeconds(addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_4), dateDiff('second', addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_4), timezoneOffset(toTimeZone(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_4), :param_5))), toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'))), timezoneOffset(toTimeZone(addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_4), dateDiff('second', addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_4), timezoneOffset(toTimeZone(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_4), :param_5))), toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'))), :param_7))) = toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC')) THEN addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_4), dateDiff('second', addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_4), timezoneOffset(toTimeZone(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_4), :param_5))), toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'))) ELSE addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), dateDiff('second', addSeconds(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), timezoneOffset(toTimeZone(addSeconds(toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'), :param_2), :param_3))), toDateTime64(addDays(`users`.`day`, :param_1), 6, 'UTC'))) END AS `it` FROM `users`
-- Shifted by days
SELECT addDays(`users`.`day`, :param_1) AS `it` FROM `users`
-- Shifted by months
SELECT addMonths(`users`.`day`, :param_1) AS `it` FROM `users`
-- Shifted by minutes
SELECT addMicroseconds(`users`.`moment`, :param_1) AS `it` FROM `users`
-- DaysBetween
SELECT dateDiff('day', `users`.`day`, toDate32(:param_1)) AS `it` FROM `users`
-- YearOf
SELECT toYear(`users`.`day`) AS `it` FROM `users`
-- MonthDay
SELECT toMonth(`users`.`day`) * :toMonth_1 + toDayOfMonth(`users`.`day`) AS `it` FROM `users`
-- Figure
SELECT coalesce((SELECT count(*) AS `count_1` FROM `used` AS `used_1` WHERE `used_1`.`user_id` = `users`.`age` AND `used_1`.`at` >= toDateTime64(:param_1, 6, 'UTC')), :coalesce_1) AS `it` FROM `users`
-- Figure of a last event
SELECT (SELECT `used_1`.`feature` FROM `used` AS `used_1` WHERE `used_1`.`user_id` = `users`.`age` AND `used_1`.`at` >= toDateTime64(:param_1, 6, 'UTC') ORDER BY `used_1`.`at` DESC, CASE WHEN (`used_1`.`feature` IS NULL) THEN :param_2 ELSE :param_3 END, `used_1`.`feature` DESC LIMIT :param_4) AS `it` FROM `users`
-- Total
SELECT coalesce((SELECT count(*) AS `count_1` FROM `used` AS `used_1` WHERE `used_1`.`user_id` = `users`.`age` AND `used_1`.`at` >= toDateTime64(:param_1, 6, 'UTC')), :coalesce_1) + coalesce((SELECT count(*) AS `count_2` FROM `used` AS `used_2` WHERE `used_2`.`user_id` = `users`.`age` AND `used_2`.`at` >= toDateTime64(:param_2, 6, 'UTC')), :coalesce_2) AS `it` FROM `users`
-- Chosen
SELECT CASE WHEN (`users`.`name` = :param_1 OR `users`.`name` IS NULL) THEN `users`.`age` ELSE NULL END AS `it` FROM `users`
-- Ratio
SELECT CASE WHEN (abs(CAST(`users`.`age` AS DOUBLE) / CAST(nullif(CAST(`users`.`weight` AS DOUBLE), :param_1) AS DOUBLE)) < :abs_1) THEN roundBankers((CAST(`users`.`age` AS DOUBLE) / CAST(nullif(CAST(`users`.`weight` AS DOUBLE), :param_1) AS DOUBLE)) * :param_2) / CAST(:roundBankers_1 AS DOUBLE) WHEN (abs(CAST(`users`.`age` AS DOUBLE) / CAST(nullif(CAST(`users`.`weight` AS DOUBLE), :param_1) AS DOUBLE)) <= :abs_2) THEN CAST(`users`.`age` AS DOUBLE) / CAST(nullif(CAST(`users`.`weight` AS DOUBLE), :param_1) AS DOUBLE) ELSE NULL END AS `it` FROM `users`
-- Difference
SELECT CASE WHEN (abs(CAST(`users`.`age` AS DOUBLE) - CAST(`users`.`weight` AS DOUBLE)) < :abs_1) THEN roundBankers((CAST(`users`.`age` AS DOUBLE) - CAST(`users`.`weight` AS DOUBLE)) * :param_1) / CAST(:roundBankers_1 AS DOUBLE) WHEN (abs(CAST(`users`.`age` AS DOUBLE) - CAST(`users`.`weight` AS DOUBLE)) <= :abs_2) THEN CAST(`users`.`age` AS DOUBLE) - CAST(`users`.`weight` AS DOUBLE) ELSE NULL END AS `it` FROM `users`
-- Change
SELECT CASE WHEN (abs((CAST(`users`.`age` AS DOUBLE) * :param_1) / CAST((nullif(CAST(`users`.`weight` AS DOUBLE), :param_2) * :param_3) AS DOUBLE) - :param_4) < :abs_1) THEN roundBankers(((CAST(`users`.`age` AS DOUBLE) * :param_1) / CAST((nullif(CAST(`users`.`weight` AS DOUBLE), :param_2) * :param_3) AS DOUBLE) - :param_4) * :param_5) / CAST(:roundBankers_1 AS DOUBLE) WHEN (abs((CAST(`users`.`age` AS DOUBLE) * :param_1) / CAST((nullif(CAST(`users`.`weight` AS DOUBLE), :param_2) * :param_3) AS DOUBLE) - :param_4) <= :abs_2) THEN (CAST(`users`.`age` AS DOUBLE) * :param_1) / CAST((nullif(CAST(`users`.`weight` AS DOUBLE), :param_2) * :param_3) AS DOUBLE) - :param_4 ELSE NULL END AS `it` FROM `users`
-- Score
SELECT CASE WHEN (abs(CASE WHEN (:param_1 + CASE WHEN (CAST(`users`.`age` AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(`users`.`age` AS DOUBLE) - :param_3) / CAST(:param_4 AS DOUBLE)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(`users`.`age` AS DOUBLE) - :param_3) / CAST(:param_4 AS DOUBLE)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(`users`.`age` AS DOUBLE) - :param_3) / CAST(:param_4 AS DOUBLE)) * :param_5 END * :param_8, :param_1)) / CAST(nullif(:param_1 + CASE WHEN (CAST(`users`.`age` AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) AS DOUBLE) ELSE NULL END) < :abs_1) THEN roundBankers(CASE WHEN (:param_1 + CASE WHEN (CAST(`users`.`age` AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(`users`.`age` AS DOUBLE) - :param_3) / CAST(:param_4 AS DOUBLE)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(`users`.`age` AS DOUBLE) - :param_3) / CAST(:param_4 AS DOUBLE)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(`users`.`age` AS DOUBLE) - :param_3) / CAST(:param_4 AS DOUBLE)) * :param_5 END * :param_8, :param_1)) / CAST(nullif(:param_1 + CASE WHEN (CAST(`users`.`age` AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) AS DOUBLE) ELSE NULL END * :param_9) / CAST(:roundBankers_1 AS DOUBLE) WHEN (abs(CASE WHEN (:param_1 + CASE WHEN (CAST(`users`.`age` AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(`users`.`age` AS DOUBLE) - :param_3) / CAST(:param_4 AS DOUBLE)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(`users`.`age` AS DOUBLE) - :param_3) / CAST(:param_4 AS DOUBLE)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(`users`.`age` AS DOUBLE) - :param_3) / CAST(:param_4 AS DOUBLE)) * :param_5 END * :param_8, :param_1)) / CAST(nullif(:param_1 + CASE WHEN (CAST(`users`.`age` AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) AS DOUBLE) ELSE NULL END) <= :abs_2) THEN CASE WHEN (:param_1 + CASE WHEN (CAST(`users`.`age` AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END > :param_1) THEN (:param_1 + coalesce(CASE WHEN (((CAST(`users`.`age` AS DOUBLE) - :param_3) / CAST(:param_4 AS DOUBLE)) * :param_5 < :param_1) THEN :param_1 WHEN (((CAST(`users`.`age` AS DOUBLE) - :param_3) / CAST(:param_4 AS DOUBLE)) * :param_5 > :param_6) THEN :param_7 ELSE ((CAST(`users`.`age` AS DOUBLE) - :param_3) / CAST(:param_4 AS DOUBLE)) * :param_5 END * :param_8, :param_1)) / CAST(nullif(:param_1 + CASE WHEN (CAST(`users`.`age` AS DOUBLE) IS NULL) THEN :param_1 ELSE :param_2 END, :param_1) AS DOUBLE) ELSE NULL END ELSE NULL END AS `it` FROM `users`
-- Always
SELECT CASE WHEN true THEN :param_1 ELSE :param_2 END AS `it` FROM `users`
-- All
SELECT CASE WHEN ((`users`.`name` = :param_1 OR `users`.`name` IS NULL) AND (`users`.`age` = :param_2 OR `users`.`age` IS NULL)) THEN :param_3 ELSE :param_4 END AS `it` FROM `users`
-- Either
SELECT CASE WHEN (`users`.`name` = :param_1 OR `users`.`name` IS NULL OR `users`.`age` = :param_2 OR `users`.`age` IS NULL) THEN :param_3 ELSE :param_4 END AS `it` FROM `users`
-- IsSet
SELECT CASE WHEN (`users`.`name` IS NOT NULL) THEN :param_1 ELSE :param_2 END AS `it` FROM `users`
-- Compare
SELECT CASE WHEN (`users`.`name` = :param_1 OR `users`.`name` IS NULL) THEN :param_2 ELSE :param_3 END AS `it` FROM `users`
-- Among
SELECT CASE WHEN ((`users`.`name` NOT IN (:param_1)) OR `users`.`name` IS NULL) THEN :param_2 ELSE :param_3 END AS `it` FROM `users`
-- Match contains
SELECT CASE WHEN (position(`users`.`name`, :param_1) > :position_1) THEN :param_2 ELSE :param_3 END AS `it` FROM `users`
-- Match starts
SELECT CASE WHEN (startsWith(`users`.`name`, :param_1) = :startsWith_1) THEN :param_2 ELSE :param_3 END AS `it` FROM `users`
-- Match ends
SELECT CASE WHEN (endsWith(`users`.`name`, :param_1) != :endsWith_1 OR `users`.`name` IS NULL) THEN :param_2 ELSE :param_3 END AS `it` FROM `users`
-- Match includes
SELECT CASE WHEN (has(`users`.`tags`, :param_1) = :has_1) THEN :param_2 ELSE :param_3 END AS `it` FROM `users`
-- Happened
SELECT CASE WHEN (NOT (EXISTS (SELECT * FROM `used` AS `used_1` WHERE `used_1`.`user_id` = `users`.`age` AND `used_1`.`at` >= toDateTime64(:param_1, 6, 'UTC')))) THEN :param_2 ELSE :param_3 END AS `it` FROM `users`
-- Followed: by a window in a pass, as in followed.sql
-- Tallied times
SELECT count(*) FILTER (WHERE `used_1`.`feature` IS NOT NULL) AS `anon_1` FROM `used` AS `used_1`
-- Tallied days
SELECT count(DISTINCT toDate32(toTimeZone(`used_1`.`at`, :param_1))) FILTER (WHERE `used_1`.`feature` IS NOT NULL) AS `anon_1` FROM `used` AS `used_1`
-- Tallied weeks
SELECT count(DISTINCT addDays(toDate32(toTimeZone(`used_1`.`at`, :param_1)), :toDayOfWeek_1 - toDayOfWeek(toDate32(toTimeZone(`used_1`.`at`, :param_1))))) FILTER (WHERE `used_1`.`feature` IS NOT NULL) AS `anon_1` FROM `used` AS `used_1`
-- Tallied months
SELECT count(DISTINCT toYYYYMM(toDate32(toTimeZone(`used_1`.`at`, :param_1)))) FILTER (WHERE `used_1`.`feature` IS NOT NULL) AS `anon_1` FROM `used` AS `used_1`
-- Tallied distinct
SELECT count(DISTINCT `used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL) AS `anon_1` FROM `used` AS `used_1`
-- Tallied sum
SELECT CASE WHEN (abs(sum(`used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL)) < :abs_1) THEN roundBankers((sum(`used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL)) * :param_1) / CAST(:roundBankers_1 AS DOUBLE) WHEN (abs(sum(`used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL)) <= :abs_2) THEN sum(`used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL) ELSE NULL END AS `anon_1` FROM `used` AS `used_1`
-- Tallied average
SELECT CASE WHEN (abs(avg(CAST(`used_1`.`seconds` AS DOUBLE)) FILTER (WHERE `used_1`.`feature` IS NOT NULL)) < :abs_1) THEN roundBankers((avg(CAST(`used_1`.`seconds` AS DOUBLE)) FILTER (WHERE `used_1`.`feature` IS NOT NULL)) * :param_1) / CAST(:roundBankers_1 AS DOUBLE) WHEN (abs(avg(CAST(`used_1`.`seconds` AS DOUBLE)) FILTER (WHERE `used_1`.`feature` IS NOT NULL)) <= :abs_2) THEN avg(CAST(`used_1`.`seconds` AS DOUBLE)) FILTER (WHERE `used_1`.`feature` IS NOT NULL) ELSE NULL END AS `anon_1` FROM `used` AS `used_1`
-- Tallied highest
SELECT CASE WHEN (abs(max(`used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL)) < :abs_1) THEN roundBankers((max(`used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL)) * :param_1) / CAST(:roundBankers_1 AS DOUBLE) WHEN (abs(max(`used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL)) <= :abs_2) THEN max(`used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL) ELSE NULL END AS `anon_1` FROM `used` AS `used_1`
-- Tallied lowest
SELECT CASE WHEN (abs(min(`used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL)) < :abs_1) THEN roundBankers((min(`used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL)) * :param_1) / CAST(:roundBankers_1 AS DOUBLE) WHEN (abs(min(`used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL)) <= :abs_2) THEN min(`used_1`.`seconds`) FILTER (WHERE `used_1`.`feature` IS NOT NULL) ELSE NULL END AS `anon_1` FROM `used` AS `used_1`
-- Tallied first
SELECT tupleElement(argMaxIf(tuple(`used_1`.`seconds`), (-toUnixTimestamp64Micro(`used_1`.`at`), isNotNull(`used_1`.`seconds`), assumeNotNull(`used_1`.`seconds`)), `used_1`.`feature` IS NOT NULL), 1) AS `written_1` FROM `used` AS `used_1`
-- Tallied last
SELECT tupleElement(argMaxIf(tuple(`used_1`.`seconds`), (toUnixTimestamp64Micro(`used_1`.`at`), isNotNull(`used_1`.`seconds`), assumeNotNull(`used_1`.`seconds`)), `used_1`.`feature` IS NOT NULL), 1) AS `written_1` FROM `used` AS `used_1`
