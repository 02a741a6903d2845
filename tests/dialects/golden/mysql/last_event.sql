SELECT users_1.user_id AS `key`
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND (SELECT CASE WHEN (CAST(events_1.feature AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.feature AS CHAR) END AS anon_1
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_1_1) AND events_1.occurred_at <= timestamp(:param_2) ORDER BY events_1.occurred_at DESC, CASE WHEN (CASE WHEN (CAST(events_1.feature AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.feature AS CHAR) END IS NULL) THEN :param_3 ELSE :param_4 END, CASE WHEN (CAST(events_1.feature AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.feature AS CHAR) END DESC
 LIMIT :param_5) = :param_6 ORDER BY `key`;
-- :param_1_1 = 'used'
-- :param_2 = '2026-03-10T13:00:00'
-- :param_3 = 1
-- :param_4 = 0
-- :param_5 = 1
-- :param_6 = 'reports'
