-- A few accounts have no customer success manager yet.
WITH drawn AS (
    SELECT i AS id,
           pick(words, draw('word', i)) || ' ' || pick(trades, draw('trade', i)) AS name,
           CASE WHEN draw('plan', i) < 0.35 THEN 'free'
                WHEN draw('plan', i) < 0.85 THEN 'pro' ELSE 'enterprise' END AS plan,
           5 + floor(80 * pow(draw('seats', i), 3))::INTEGER AS seats,
           today + floor(365 * draw('renewal', i))::INTEGER AS renews_on,
           draw('has csm', i) >= 0.05 AS has_csm,
           floor(12 * draw('csm', i))::INTEGER AS csm,
           pick(first_names, draw('champion', i)) AS champion_first,
           pick(family_names, draw('champion family', i)) AS champion_family,
           draw('has champion', i) >= 0.2 AS has_champion,
           first_names, family_names
    FROM run, range(1, run.accounts + 1) AS row_ids(i), lists
)
SELECT id, name, plan, seats, renews_on,
       CASE WHEN has_csm THEN first_names[1 + csm] || ' ' || family_names[1 + csm] END AS csm_name,
       CASE WHEN has_csm
            THEN lower(first_names[1 + csm] || '.' || family_names[1 + csm]) || '@example.org' END
           AS csm_email,
       CASE WHEN has_champion THEN champion_first || ' ' || champion_family END AS champion_name,
       CASE WHEN has_champion
            THEN lower(champion_first || '.' || champion_family) || '.c' || id || '@example.com' END
           AS champion_email
FROM drawn ORDER BY id
