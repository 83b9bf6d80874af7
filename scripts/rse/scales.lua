--- Answer lists that several questions of the RSE surveys share, in the order of the form.
--
-- A level is written once, in one spelling; what the exports write besides is its `codes`:
-- "Full Time" of 2017 is "Full time" of 2016, and "1 (Never)" of the American form of 2017 is the
-- end of the same ten steps that the other forms call "1 (None at all)". Where two lists differ
-- by more than spelling (degrees, employers, contracts) they stay apart, and the `was` of the
-- codebooks says which level becomes which.
local M = {}

M.yes_no = { "Yes", "No" }

M.agree = { { "Strongly disagree", score = 1 }, { "Disagree", score = 2 },
  { "Neither agree or disagree", score = 3 }, { "Agree", score = 4 },
  { "Strongly Agree", score = 5 } }

-- The export of 2016 writes some "Never" with a blank behind it. Outer blanks are trimmed when a
-- file is read, so both are this level; the tables of 2016 counted them apart.
M.often = { { "Never", score = 1 }, { "Sometimes", score = 2 }, { "Often", score = 3 },
  { "Very Often", score = 4 }, { "Always", score = 5 } }

-- Steps between two named ends. The names of the ends changed, the steps did not.
local function steps(from, to, first, last)
  local list = {}
  for score = from, to do list[#list + 1] = { tostring(score), score = score } end
  list[1] = { first[1], score = from, codes = { table.unpack(first, 2) } }
  list[#list] = { last[1], score = to, codes = { table.unpack(last, 2) } }
  return list
end

M.ten = steps(1, 10, { "1 (None at all)", "1 (Never)" },
  { "10 (All my time)", "10 (Always)", "10 (All the time)" })
M.users = steps(0, 5, { "0 - Mostly me" }, { "5 - Mostly other people" })
M.satisfied = steps(0, 10, { "0 - Not at all satisfied" }, { "10 - Completely satisfied" })

M.age = { "18 to 24 years", "25 to 34 years", "35 to 44 years", "45 to 54 years",
  "55 to 64 years" }
M.bus = { { "1", score = 1 }, { "2", score = 2 }, { "3", score = 3 }, { "4", score = 4 },
  { "5+", score = 5 } }
M.gender = { "Male", "Female", "Other", "Prefer not to say" }
M.hours = { { "Full time", codes = "Full Time" }, { "Part time", codes = "Part-time" } }
M.systems = { "GNU/Linux", "Windows", { "OS X", codes = "Mac OS" }, "Other" }
M.developers = { { "1", codes = "Just me" }, "2", "3-5", "6-9", "10+" }
M.organisations = { "University", "National laboratory", "Government", "Private company", "NGO",
  "Non-profit organization", "Other" }
M.reasons = { "Desire to work in a research environment", "Desire to advance research",
  "Opportunity to develop software", "Freedom to choose own working practices",
  "I want to learn new skills", "Flexible working hours", "Ability to work across disciplines",
  "Opportunity for career advancement", "The salary",
  "Long-term prospects for continued employment" }

-- Official names of the export of 2018 beside the names everybody uses.
M.countries = { { "Germany" },
  { "United Kingdom", codes = "United Kingdom of Great Britain and Northern Ireland" },
  { "United States", codes = "United States of America" }, "Australia", "Netherlands",
  "New Zealand", "South Africa", "Canada", "Belgium", "Benin", "Botswana", "Brazil",
  "Czech Republic", "Denmark", "Ethiopia", "France", "Greece", "India", "Ireland", "Italy",
  "Japan", "Malawi", "Mauritius", "Nigeria", "Norway", "Poland", "Portugal",
  "Russian Federation", "Saudi Arabia", "Spain", "Sweden", "Switzerland", "Turkey" }

-- ---- options of questions with several answers -------------------------------------------------
-- In the order of the columns of the export: the first option is column 1 (or SQ001), the second
-- column 2, and so on. { text, code } stands where the export numbers an option out of turn.

M.disciplines = {
  "Accounting & Finance", "Aeronautical & Manufacturing Engineering", "Agriculture & Forestry",
  "American Studies", "Anatomy & Physiology", "Anthropology", "Architecture", "Art & Design",
  "Biological Sciences", "Business & Management Studies", "Chemical Engineering", "Chemistry",
  "Civil Engineering", "Classics & Ancient History", "Communication & Media Studies",
  "Complementary Medicine", "Computer Science", "Counselling", "Criminology", "Dentistry",
  "East & South Asian Studies", "Economics", "Education", "Electrical & Electronic Engineering",
  "English", "Fashion", "Food Science", "French", "Geography & Environmental Sciences",
  "Geology", "General Engineering", "German", "History", "History of Art, Architecture & Design",
  "Hospitality, Leisure, Recreation & Tourism", "Iberian Languages/Hispanic Studies",
  "Land & Property Management", "Law", "Librarianship & Information Management", "Linguistics",
  "Marketing", "Materials Technology", "Mathematics", "Mechanical Engineering", "Medicine",
  "Middle Eastern and African Studies", "Music", "Nursing", "Ophthalmics",
  "Pharmacology & Pharmacy", "Philosophy", "Physics and Astronomy", "Physiotherapy", "Politics",
  "Psychology", "Robotics", "Russian & East European Languages", "Social Policy", "Social Work",
  "Sociology", "Sports Science", "Theology & Religious Studies",
  "Town & Country Planning and Landscape Design", "Veterinary Medicine", "Youth Work" }

M.disciplines_canada = {
  "CIVIL ENGINEERING", "STRUCTURAL ENGINEERING", "AGRICULTURAL ENGINEERING",
  "FOREST ENGINEERING", "MINING AND MINERAL PROCESSING", "ENVIRONMENTAL ENGINEERING",
  "INDUSTRIAL ENGINEERING", "DESIGN AND MANUFACTURING", "CHEMICAL ENGINEERING",
  "BIOMEDICAL ENGINEERING", "MATERIALS SCIENCE AND TECHNOLOGY", "MECHANICAL ENGINEERING",
  "FLUID MECHANICS", "FUEL AND ENERGY TECHNOLOGY", "NUCLEAR ENGINEERING",
  "ELECTRICAL AND ELECTRONIC ENGINEERING", "ROBOTICS", "INFORMATION TECHNOLOGY",
  "ARTIFICIAL INTELLIGENCE", "PURE MATHEMATICS", "APPLIED MATHEMATICS",
  "STATISTICS AND PROBABILITY", "PHYSICS", "THEORETICAL PHYSICS AND CHEMISTRY",
  "ASTRONOMY AND ASTROPHYSICS", "SPACE SCIENCE", "CONDENSED MATTERPHYSICS", "PHYSICAL CHEMISTRY",
  "NALYTICAL CHEMISTRY", "INORGANIC CHEMISTRY", "ORGANIC CHEMISTRY", "POLYMER CHEMISTRY",
  "EARTH SCIENCE", "GEOGRAPHICAL INFORMATION", "PHYSICAL GEOGRAPHY",
  "GEOCHEMISTRY AND GEOCHRONOLOGY", "GEOPHYSICS", "ATMOSPHERIC SCIENCE", "HYDROLOGY",
  "OCEANOGRAPHY", "EVOLUTION AND ECOLOGY", "SOIL SCIENCE", "PLANT AND TREE BIOLOGY", "GENETICS",
  "CELL BIOLOGY", "MICROBIOLOGY", "MOLECULAR BIOLOGY", "BIOCHEMISTRY", "ANIMAL BIOLOGY",
  "FOOD SCIENCE AND TECHNOLOGY", "PSYCHOLOGY",
  "LIFE SCIENCES RESEARCH RELATED TO HUMAN HEALTH AND DISEASE",
  "OTHER STUDIES IN NATURAL SCIENCES AND ENGINEERING", "SOCIAL SCIENCES AND HUMANITIES",
  "HEALTH SCIENCES" }

M.fields_australia = {
  "01 Mathematical Sciences", "02 Physical Sciences", "03 Chemical Sciences",
  "04 Earth Sciences", "05 Environmental Sciences", "06 Biological Sciences",
  "07 Agricultural and Veterinary Sciences", "08 Information and Computing Sciences",
  "09 Engineering", "10 Technology", "11 Medical and Health Sciences",
  "12 Built Environment and Design", "13 Education", "14 Economics",
  "15 Commerce, Management, Tourism and Services", "16 Studies in Human Society",
  "17 Psychology and Cognitive Sciences", "18 Law and Legal Studies",
  "19 Studies in Creative Arts and Writing", "20 Language, Communication and Culture",
  "21 History and Archaeology", "22 Philosophy and Religious Studies" }

M.languages = {
  "Assembly", "C", "C#", "C++", "Clojure", "CoffeeScript", "Common Lisp", "Dart", "Elixir",
  "Erlang", "F#", "Fortran", "Go", "Groovy", "Hack", "Haskell", "Java", "JavaScript", "Julia",
  "Lua", "Matlab", "Objective-C", "Perl", "PHP", "Python", "R", "Ruby", "Rust", "Scala",
  "Smalltalk", "SQL", "Swift", "TypeScript", "VB.NET", "VBA", "Visual Basic" }

M.languages_us = {
  "Swift", "JavaScript", "R", "PHP", "C", "Common Lisp", "Erlang", "Smalltalk", "CoffeeScript",
  "F#", "Java", "Rust", "SQL", "TypeScript", "Hack", "C++", "Visual Basic", "C#", "Matlab",
  "Perl", "Fortran", "Groovy", "Haskell", "Julia", "Lua", "Scala", "Objective-C", "Python", "Go",
  "Assembly", "VBA", "Elixir", "VB.NET", "Ruby", "Clojure", "Dart" }

M.languages_uk = {
  "Assembly", "C", "C#", "C++", "Clojure", "CoffeeScript", "Common Lisp", { "CUDA", "SQ036" },
  "Dart", "Elixir", "Erlang", "F#", { "Fortran", "SQ037" }, "Go", "Groovy", "Hack", "Haskell",
  "Java", "JavaScript", "Julia", "Lua", { "Markup languages (HTML, markdown,...)", "SQ038" },
  "Matlab", "Objective-C", "Perl", "PHP", "Python", "R", "Ruby", "Rust", "Scala", "Smalltalk",
  "SQL", "Swift", { "Unix Shell Scripting", "SQ039" }, "TypeScript", "VB.NET", "VBA",
  "Visual Basic" }

M.funding = {
  "I volunteer my time", "Donation button", "Crowdfunding (one-time)",
  "Crowdfunding (recurring)", "Books & merchandise", "Advertising & sponsorships",
  "Industry support", "Consulting & services", "Grants", "SaaS", "Membership", "Dual license",
  "Open core", "Foundations & consortiums", "Venture capital",
  "Trademark licensing & franchising" }

M.funding_us = {
  "I volunteer my time", "Funding by institution", "Grants", "Re-charge or charge-back",
  "Donation button", "Crowdfunding (one-time)", "Crowdfunding (recurring)",
  "Books & merchandise", "Advertising & sponsorships", "Industry support",
  "Consulting & services", "SaaS", "Membership", "Dual license", "Open core",
  "Foundations & consortiums", "Venture capital", "Trademark licensing & franchising" }

M.funding_germany = {
  "European Union (e.g. H2020, COST, EUREKA)",
  "Federal and state governments (BMBF, BMWi, BMVg and other sections)",
  "DFG, German Research Foundation",
  "Foundations and conveyors (public and private, e.g. VolkswagenStiftung, Robert Bosch "
    .. "Stiftung, Klaus Tschira Stiftung, Stiftung Mercator)",
  "Stifterverband", "Associations and chambers", "Membership", "Crowdfunding (one-time)",
  "Crowdfunding (recurring)", "Industry support", "Consulting & services", "Venture capital",
  "Dual license", "Open core", "Trademark licensing & franchising", "I volunteer my time" }

-- The South African form of 2017 had one discipline more, in its alphabetical place.
M.disciplines_za = table.move(M.disciplines, 3, #M.disciplines, 4,
  table.move(M.disciplines, 1, 2, 1, { [3] = "African languages" }))

M.subjects = table.move(M.disciplines, 1, #M.disciplines, 1, { [#M.disciplines + 1] = "Other" })
M.subjects_za = table.move(M.disciplines_za, 1, #M.disciplines_za, 1,
  { [#M.disciplines_za + 1] = "Other" })

return M
