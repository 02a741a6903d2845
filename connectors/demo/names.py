"""The words that names of people, companies and features are drawn from, set apart by spaces."""

from __future__ import annotations

__all__ = [
    "CHURN_REASONS",
    "CITIES",
    "COURSES",
    "DEEDS",
    "FAMILY_NAMES",
    "FEATURES",
    "FIRST_NAMES",
    "GOALS",
    "RISKS",
    "TRADES",
    "WORDS",
]

FIRST_NAMES = (
    "Casey Morgan Amara Ravi Lucia Jonas Mei Tomas Ines Oskar Leila Mateo Ann Ben Chidi Dana "
    "Elif Farah Grace Hugo Ida Jamal Karin Liam Maya Nadia Omar Priya Quinn Rosa Samir Tara "
    "Uma Victor Wanda Xavi Yara Zoe Andrei Bianca Carlos Dilan Emeka Fiona Goran Hana Isabel "
    "Jin Kofi Lena Marek Nina Oluwaseun Paula Rui Sofia Teodor Valentina Yusuf Zsofia"
)

FAMILY_NAMES = (
    "Rivera Okafor Lindholm Patel Moreau Tanaka Novak Silva Haddad Kowalski Andersson Mbeki "
    "Abe Bauer Castillo Dvorak Eriksen Ferrari Garcia Hassan Ivanova Jansen Kaya Larsen Mehta "
    "Nguyen Ortiz Park Quispe Rossi Schmidt Torres Ueda Varga Weber Xu Yilmaz Zhang Almeida "
    "Berg Cohen Diallo Engel Fofana Grant Horvat Iqbal Jovanovic Kim Laurent Mensah Nieminen "
    "Owusu Petrov Reyes Santos Thomsen Usman Vidal Walsh"
)

WORDS = (
    "Cedar Harbour Lantern Juniper Meadow Northgate Orchard Pebble Quarry Riverbend Saffron "
    "Thistle Umber Valley Willow Amber Birch Cobalt Driftwood Ember Fern Granite Hazel Indigo "
    "Kestrel Larch Marble Nettle Opal Pine"
)

TRADES = (
    "Analytics Books Clinics Dental Energy Foods Gardens Hotels Insurance Joinery Kitchens "
    "Logistics Media Networks Optics Partners Robotics Schools Textiles Travel"
)

CITIES = (
    "America/New_York America/Chicago America/Los_Angeles America/Sao_Paulo Europe/London "
    "Europe/Berlin Europe/Madrid Africa/Lagos Asia/Kolkata Asia/Tokyo Australia/Sydney"
)
"""Time zones, named as the zone database names them: after a city."""

FEATURES = "dashboards search comments sharing exports alerts integrations reports api"
"""Those at the front are used more often."""

COURSES = ("getting started", "reporting basics", "administration", "automation")

DEEDS = "review reference story"

CHURN_REASONS = "price missing-export failed-onboarding competitor closed-down"

RISKS = "low-use champion-change slow-support value-not-proven"

GOALS = (
    "Close the month in three days",
    "Halve the time to an answer",
    "One place for all numbers",
    "Twice as many orders without a mistake",
    "Half an hour a day less of copying",
)
