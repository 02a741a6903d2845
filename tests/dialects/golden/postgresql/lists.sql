SELECT users_1.user_id AS key
FROM product.users AS users_1 LEFT OUTER JOIN (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1.plan AS plan, accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE accounts_1.is_gone IN (:param_1_1)) AS anon_1 ON anon_1.id = users_1.account_id
WHERE users_1.user_id IS NOT NULL AND array_position(CASE WHEN (users_1.tags IS NOT NULL) THEN array((SELECT anon_2.member
FROM unnest(CAST(users_1.tags AS TEXT[])) WITH ORDINALITY AS anon_2(member, place)
WHERE btrim(CAST(anon_2.member AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') != '' ORDER BY anon_2.place)) END, :param_2::VARCHAR) IS NOT NULL AND (array_position(CASE WHEN (btrim(CAST(anon_1.regions AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') = '') THEN NULL ELSE CASE WHEN (anon_1.regions IS NOT NULL) THEN array((SELECT btrim(anon_3.member, U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') AS btrim_1
FROM unnest(string_to_array(CAST(anon_1.regions AS TEXT) COLLATE "C", :string_to_array_1::VARCHAR)) WITH ORDINALITY AS anon_3(member, place)
WHERE btrim(CAST(anon_3.member AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') != '' ORDER BY anon_3.place)) END END, :param_3::VARCHAR) IS NOT NULL OR array_position(CASE WHEN (btrim(CAST(anon_1.regions AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') = '') THEN NULL ELSE CASE WHEN (anon_1.regions IS NOT NULL) THEN array((SELECT btrim(anon_3.member, U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') AS btrim_1
FROM unnest(string_to_array(CAST(anon_1.regions AS TEXT) COLLATE "C", :string_to_array_1::VARCHAR)) WITH ORDINALITY AS anon_3(member, place)
WHERE btrim(CAST(anon_3.member AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') != '' ORDER BY anon_3.place)) END END, :param_4::VARCHAR) IS NOT NULL) ORDER BY key;
-- :param_1_1 = False
-- :param_2 = 'beta'
-- :param_3 = 'emea'
-- :param_4 = 'apac'
-- :string_to_array_1 = ';'
