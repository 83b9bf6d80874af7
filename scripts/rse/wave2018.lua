--- Questions of the third wave of the RSE survey: 2018, one form for the world (2018-world.csv).
--
--   de Germany, nl Netherlands, uk United Kingdom, us United States, zaf South Africa,
--   nzl New Zealand, can Canada, aus Australia, world the rest
--
-- One form, but degrees, subjects, employers and disciplines have a column for each country
-- ("edu1quk", "edu1qde"): entries with `variants`. `book(country)` is the codebook of the
-- respondents of one country, in which the variant is simply "education"; `whole()` is that of the
-- file, in which it is "education_uk", "education_de" and so on.
--
-- Routing is light: would_join follows a No to member, hopes a Yes to would_join, conferences a Yes
-- to presented. Respondents dropped out on the way: blanks grow from page to page. Gender, age and
-- salary were asked and published; the public file does not have them.
local build = require "build"
local scales = require "scales"
local wave2017 = require "wave2017"

-- Questions for those whose country had no form of its own in 2017, and Canada.
local elsewhere = "country not in ('Germany', 'United Kingdom', 'United States', 'Australia', "
  .. "'Netherlands', 'New Zealand', 'South Africa')"

local entries = {
  -- ---- About you ---------------------------------------------------------------------------
  { id = "country", code = "socio1", label = "Country of work",
    question = "In which country do you work?", levels = scales.countries },
  { id = "education", code = "edu1",
    label = "Highest qualification",
    question = "What is the highest level of education you have attained?",
    levels = { "Doctorate", "Master degree", "Undergraduate degree",
      "Further Education (NVQ A-Level, ...)", "Other" },
    variants = true,
    by = {
      de = {
        levels = { "Doctorate", "Master degree", "Undergraduate degree",
          "Final secondary-school examinations, general qualification for university entrance",
          "Other" } },
      nl = {
        levels = { { "Doctorate", codes = "PhD" }, "WO (Wetenschappelijk onderwijs) Master",
          "HBO (Hoger beroepsonderwijs) Master", "WO (Wetenschappelijk onderwijs) Bachelor",
          "HBO (Hoger beroepsonderwijs) Bachelor" } },
      uk = { levels = { "Doctorate", "Master degree", "Undergraduate degree", "GSCEs" } },
      us = { levels = { "Doctorate", "Master degree", "Undergraduate degree", "Other" } },
      can = { levels = { "Doctorate", { "Master degree", codes = "Masters Degree" } } },
      aus = {
        levels = { "AQF 10 - Doctoral Degree",
          "AQF 8 - Bachelor Honours Degree / Graduate Certificate / Graduate Diploma",
          "AQF 7 - Bachelor Degree", "AQF 9 - Masters Degree" } },
      world = { -- written freely; who is on the way to a doctorate has not got it yet
        levels = {
          { "Doctorate", codes = { "PhD", "Ph.D.", "Phd", "phd", "PHD", "Dr. phil." } },
          { "Master degree", codes = { "Masters", "Masters degree", "Master", "master", "masters",
            "Msc", "M.Sc.", "Master of science", "Master in science", "Postgraduate degree",
            "PhD in progress", "MPhil to PhD Transfer" } },
          { "Undergraduate degree", codes = { "bachelor", "Bachelor's degree", "Bachelor's Degree",
            "Bachelors degree in Computer Science" } } } },
    } },
  { id = "subject", code = "edu2",
    label = "Subject of the highest qualification",
    question = "In which discipline is your highest academic qualification?",
    levels = scales.subjects, variants = true,
    by = {
      can = {
        levels = { "ASTRONOMY AND ASTROPHYSICS", "ARTIFICIAL INTELLIGENCE", "CIVIL ENGINEERING",
          "EVOLUTION AND ECOLOGY", "INDUSTRIAL ENGINEERING",
          "LIFE SCIENCES RESEARCH RELATED TO HUMAN HEALTH AND DISEASE", "PHYSICAL GEOGRAPHY",
          "PHYSICS", "SOCIAL SCIENCES AND HUMANITIES", "STATISTICS AND PROBABILITY" } },
      aus = {
        levels = { -- the national classification, without its numbers
          { "Mathematical Sciences", codes = "01 Mathematical Sciences" },
          { "Physical Sciences", codes = "02 Physical Sciences" },
          { "Chemical Sciences", codes = "03 Chemical Sciences" },
          { "Earth Sciences", codes = "04 Earth Sciences" },
          { "Environmental Sciences", codes = "05 Environmental Sciences" },
          { "Biological Sciences", codes = "06 Biological Sciences" },
          { "Information and Computing Sciences", codes = "08 Information and Computing Sciences" },
          { "Engineering", codes = "09 Engineering" },
          { "Technology", codes = "10 Technology" },
          { "Medical and Health Sciences", codes = "11 Medical and Health Sciences" },
          { "Psychology and Cognitive Sciences", codes = "17 Psychology and Cognitive Sciences" },
          { "Studies in Creative Arts and Writing",
            codes = "19 Studies in Creative Arts and Writing" },
          { "Philosophy and Religious Studies", codes = "22 Philosophy and Religious Studies" } } },
    } },
  { id = "qualifications", code = "edu4", kind = "text",
    label = "Other professional qualifications",
    question = "List any professional qualifications you hold (eg. P. Eng, PMP, …)?" },
  { id = "writes_code", code = "rse1", label = "Writes code at work",
    question = "Do you write software for academic research as part of your job",
    levels = scales.yes_no },
  { id = "leads_group", code = "rse4de", label = "Leads a group of developers",
    question = "Does the majority of your role comprise leading a group of software developers or "
      .. "RSEs?",
    levels = scales.yes_no },
  { id = "users_of_code", code = "rse3", column = "rse3[SQ001]", kind = "scale",
    label = "Who uses the code", question = "Who uses the code that you write?",
    levels = scales.users },
  { id = "professional", code = "soft2can", label = "Considers oneself a professional developer",
    question = "Do you consider yourself a professional software developer?",
    levels = scales.yes_no },
  { id = "experience", code = "soft1can", kind = "number",
    label = "Years of software development",
    question = "How many years of software development experience do you have?" },

  -- ---- Time --------------------------------------------------------------------------------
  { id = "time_software", code = "time1can", kind = "scale",
    label = "Time on software development",
    question = "On average, how much of your time is spent developing software?",
    levels = scales.ten },
  { id = "time_research", code = "time2can", kind = "scale", label = "Time on research",
    question = "On average, how much of your time is spent on research", levels = scales.ten },
  { id = "time_management", code = "time3can", kind = "scale", label = "Time on management",
    question = "On average, how much of your time is spent on management", levels = scales.ten },
  { id = "time_teaching", code = "time4can", kind = "scale", label = "Time on teaching",
    question = "On average, how much of your time is spent on teaching", levels = scales.ten },
  { id = "time_other", code = "time5can", kind = "scale", label = "Time on other activities",
    question = "On average, how much of your time is spent on other activities",
    levels = scales.ten },
  { id = "wish_software", code = "timeLike6zaf", kind = "scale",
    label = "Time wished for software development",
    question = "In an average month, how much time would you like to spend on software "
      .. "development?",
    levels = scales.ten },
  { id = "wish_research", code = "timeLike7zaf", kind = "scale",
    label = "Time wished for research",
    question = "In an average month, how much time would you like to spend on research",
    levels = scales.ten },
  { id = "wish_management", code = "timeLike8zaf", kind = "scale",
    label = "Time wished for management",
    question = "In an average month, how much time would you like to spend on management",
    levels = scales.ten },
  { id = "wish_teaching", code = "timeLike9zaf", kind = "scale",
    label = "Time wished for teaching",
    question = "In an average month, how much time would you like to spend on teaching",
    levels = scales.ten },
  { id = "wish_other", code = "timeLike10zaf", kind = "scale",
    label = "Time wished for other activities",
    question = "In an average month, how much time would you like to spend on other activities",
    levels = scales.ten },

  -- ---- The job -----------------------------------------------------------------------------
  { id = "organisation", code = "currentEmp1",
    label = "Type of organisation", question = "Please select your organization type",
    levels = scales.organisations, variants = true,
    by = {
      de = {
        levels = { "Helmholtz Association of German Research Centres", "University",
          "Fraunhofer Society", "Max Planck Society", "Leibniz Association", "Government",
          { "Private company", codes = "Private Company" }, "University of Applied Sciences",
          "Other" } },
    } },
  { id = "contract", code = "currentEmp10", label = "Type of contract",
    question = "What is the nature of your current employment?",
    levels = { "Permanent -- funded by Institution core funding",
      "Permanent -- funded by project funds", "Fixed term -- funded by Institution core funding",
      "Fixed term -- funded by project funds", "Research/Student Assistant",
      "Freelancer, consultant, contractor", "Agency staff", "Zero hours contract" },
    missing = { refused = "Prefer not to say" } },
  { id = "position_years", code = "currentEmp11", kind = "number",
    label = "Years in the position",
    question = "What is the expected duration (in years) of your current position (in total)?" },
  { id = "hours", code = "currentEmp12", label = "Full time or part time",
    question = "Do you work full time or part time", levels = scales.hours,
    missing = { refused = "Prefer not to say" } },
  { id = "disciplines", code = "currentEmp13",
    kind = "multiple", label = "Disciplines of work",
    question = "Please select the discipline in which you work. Please select all that apply.",
    options = scales.disciplines, variants = true,
    by = {
      can = { options = scales.disciplines_canada },
      aus = { options = scales.fields_australia },
    } },
  { id = "previous_employer", asked = "de uk us zaf nzl aus world", code = "prevEmp1",
    label = "Where the previous job was", question = "Where was your previous job based?",
    levels = scales.organisations, variants = true,
    by = {
      de = {
        levels = { "University", { "Private company", codes = "Private Company" },
          "Helmholtz Association of German Research Centres", "Leibniz Association",
          "Fraunhofer Society", "Max Planck Society", "Government",
          "University of Applied Sciences", "Other" } },
    } },
  { id = "reason", code = "prevEmp2", ranks = 5, label = "Reason to take the job",
    question = "Rank the following factors dependent on how strongly they influenced your "
      .. "decision to accept your current position",
    levels = scales.reasons },

  -- ---- The work: people, papers, projects --------------------------------------------------
  { id = "researchers", code = "currentWork1", label = "Same or changing researchers",
    question = "Do you always work with the same researchers, or do you regularly change the "
      .. "researchers you work with?",
    levels = { "Same researcher(s)", "Regularly change researcher(s)",
      "Different researchers, same research group" } },
  { id = "software_group", code = "currentWork2", label = "Works in a research software group",
    question = "Are you part of a dedicated research software group within your institution?",
    levels = scales.yes_no },
  { id = "credit", code = "paper2mod", label = "Credit for software in papers",
    question = "In general, when your software contributes to a paper, are you acknowledged in "
      .. "that paper?",
    levels = { "Named as main author", "Named as co-author", "Acknowledged in the main text",
      "Acknowledged in acknowledgements section", "Not mentioned at all" } },
  { id = "presented", code = "conf1can", label = "Presented software at a conference",
    question = "Have you presented your software work at a conference or workshop?",
    levels = scales.yes_no },
  { id = "conferences", code = "conf2can", kind = "text", label = "Conferences, as written",
    question = "At which conference(s)/workshop(s) have you presented your software work?",
    universe = "presented = 'Yes'" },
  { id = "projects", code = "proj1can", kind = "number", label = "Current software projects",
    question = "How many software projects are you currently involved in?" },
  { id = "developers", code = "proj2can", kind = "number", label = "Developers on a project",
    question = "How many software developers typically work on your projects?" },
  { id = "full_time_developers", code = "proj7can", kind = "number",
    label = "Developers full time on the project, percent",
    question = "What percentage of these developers are dedicated to the project full time?",
    universe = elsewhere },
  { id = "project_manager", code = "proj8can", label = "Projects have a project manager",
    question = "Do your research software projects typically include a project manager?",
    levels = scales.yes_no,
    universe = elsewhere },
  { id = "methodology", code = "proj5can", label = "Development methodology",
    question = "What development methodology does your current project use?",
    levels = { "No formal methodology", "Scrum", "Kanban", "Waterfall", "Other" },
    universe = elsewhere },

  -- ---- Practice ----------------------------------------------------------------------------
  -- Asked as an open number in 2018. The steps of 2017 are made from it: developers are whole, so
  -- half a developer counts as one; 0 was not an answer before.
  { id = "bus_factor", code = "stability1", kind = "scale",
    label = "Bus factor of the most important project",
    question = "What is the bus factor of your most important software project? (The bus factor "
      .. "designates the minimal number of developers that have to be hit by a bus (or quit) "
      .. "before a project is incapacitated)",
    levels = { "0", { "1", score = 1, codes = 0.5 }, { "2", score = 2, codes = { 1.2, 1.5 } },
      { "3", score = 3 }, { "4", score = 4 },
      { "5+", score = 5, codes = { 5, 6, 7, 8, 9, 10, 11, 20, 50, 200, 700 } } } },
  { id = "bus_factor_number", code = "stability1", column = "stability1", kind = "number",
    label = "Bus factor, as written",
    question = "What is the bus factor of your most important software project? (The bus factor "
      .. "designates the minimal number of developers that have to be hit by a bus (or quit) "
      .. "before a project is incapacitated)" },
  { id = "handover", code = "stability2", label = "Hand-over plan",
    question = "Do the projects you work on typically have a plan to cope with developers leaving "
      .. "the group?",
    levels = scales.yes_no },
  { id = "testing", code = "proj4can", kind = "multiple", label = "Testing of the software",
    question = "How are your projects typically tested? Please check all that apply.",
    options = { "No formal testing", "No formal testing but users provide feedback",
      "The developers do their own testing", "Test engineers conduct testing" } },
  { id = "version_control", code = "proj5zaf", kind = "multiple", label = "Version control tools",
    question = "Which version control tools do you use for software development?",
    options = { "CVS", "SVN", "Git", "Mercurial", "None" } },
  { id = "platforms_text", code = "proj6zaf", kind = "text",
    label = "Online collaboration tools, as written",
    question = "Which online collaboration tools and open repositories do you use for software "
      .. "development?" },
  { id = "platforms_deployed", asked = "can", code = "tool5can", kind = "multiple",
    label = "Platforms of deployment",
    question = "On which platform(s) is your most recent research software project deployed? "
      .. "Please select all that apply.",
    options = { "Compute Canada HPC", "University compute centre", "Other HPC", "Cloud",
      "Stand-alone server(s)", "Laptop/desktop", "Mobile" },
    variants = true },
  { id = "open_licence_often", code = "open1can", column = "open1can[SQ001]", kind = "scale",
    label = "How often released under an open-source licence",
    question = "How often do you use an open-source licence for your software?",
    levels = scales.ten },
  { id = "doi_often", code = "open3can", kind = "scale",
    label = "How often a DOI is given to software",
    question = "How often do you associate your software with a Digital Object Identifier (DOI)?",
    levels = scales.ten },
  { id = "references_often", code = "open2de", kind = "scale",
    label = "How often software is referenced",
    question = "How often do you reference software directly or the papers describing the "
      .. "software?",
    levels = scales.ten },
  { id = "doi_tools", code = "open3de", kind = "text", label = "Tools to mint a DOI",
    question = "Which tools do you use to mint a DOI (e.g. local library, Zenodo)?" },
  { id = "orcid", code = "open1de", label = "Has an ORCID", question = "Do you have an ORCID ID?",
    levels = { "Yes", "No", "What is ORCID?", "ORCID is not relevant for me" } },
  { id = "trainings", code = "train2", kind = "number", label = "Trainings given a year",
    question = "On average, how many times a year do you take part in providing training?" },
  { id = "training_programs", code = "train3", kind = "text",
    label = "Training programmes, as written",
    question = "What training programs are you involved with (comma separated list, e.g., "
      .. "Software Carpentry, local university training, etc.)" },

  -- ---- Funding -----------------------------------------------------------------------------
  { id = "funding_self", code = "fund2", kind = "multiple", label = "What pays for one's effort",
    question = "Which of the following sources are used to pay for your effort as an RSE?",
    options = { "I volunteer my time", "Donation button", "Crowdfunding (one-time)",
      "Crowdfunding (recurring)", "Books & merchandise", "Advertising & sponsorships",
      "Industry support", "Consulting & services", "Grants", "SaaS", "Membership",
      "Dual license", "Open core", "Foundations & consortiums", "Venture capital",
      "Trademark licensing & franchising", "Institutional support" } },
  { id = "funding_canada", code = "fund1can", label = "How the work is funded",
    question = "How is your current research software work funded?",
    levels = { "Employer", "CIHR", "Don't know", "NSERC", "Other" },
    universe = "country = 'Canada'" },

  -- ---- Satisfaction ------------------------------------------------------------------------
  { id = "considers_leaving", code = "turnOver3", column = "turnOver3[SQ001]", kind = "scale",
    label = "Considers leaving the job", question = "How often do you consider leaving your job?",
    levels = scales.ten },
  { id = "would_move", code = "turnOver6", column = "turnOver6[SQ001]", kind = "scale",
    label = "Would take another job at the same pay",
    question = "I would accept another job at the same compensation level if I was offered it",
    levels = scales.agree },
  { id = "recognised_manager", code = "recog1", kind = "scale",
    label = "Recognised by the manager",
    question = "Do you feel that your contribution to research is recognised by your "
      .. "supervisor/line manager",
    levels = scales.agree },
  { id = "recognised_researchers", code = "recog2", kind = "scale",
    label = "Recognised by the researchers",
    question = "Do you feel that your contribution to research is recognised by the researchers "
      .. "you work with",
    levels = scales.agree },
  { id = "recognised_institution", code = "recog3", kind = "scale",
    label = "Recognised by the institution",
    question = "Do you feel that your contribution to research is recognised by your institution?",
    levels = scales.agree },
  { id = "equivalent_job", code = "percEmp1", kind = "scale",
    label = "An equivalent job would be easy to get",
    question = "It would not be very difficult for me to get an equivalent job in a different "
      .. "institution",
    levels = scales.agree },
  { id = "in_demand", code = "percEmp3", kind = "scale", label = "Experience is in demand",
    question = "My experience is in demand on the labour market", levels = scales.agree },
  { id = "promotion_likely", code = "progRSE1", kind = "scale",
    label = "A promotion within the group is likely",
    question = "It is likely that I will gain a promotion within my current group",
    levels = scales.agree },
  { id = "promotion_clear", code = "progRSE2", kind = "scale",
    label = "The process of promotion is clear",
    question = "The process I have to complete to gain a promotion is clear and understandable",
    levels = scales.agree },
  { id = "opportunities", code = "progRSE3", kind = "scale",
    label = "Many opportunities in the career plan",
    question = "There are many opportunities within my chosen career plan", levels = scales.agree },
  { id = "next_rse", code = "progRSE5", kind = "scale",
    label = "The next position will be an RSE role",
    question = "It is likely that my next position will be an Research Software Engineer / "
      .. "Research Software Developer role",
    levels = scales.agree },
  { id = "satisfied_position", code = "satisGen1", kind = "scale",
    label = "Satisfaction with the position",
    question = "In general, how satisfied are you with your current position",
    levels = scales.satisfied },
  { id = "satisfied_career", code = "satisGen2", kind = "scale",
    label = "Satisfaction with the career",
    question = "In general, how satisfied are you with your career", levels = scales.satisfied },

  -- ---- Social and other --------------------------------------------------------------------
  { id = "system", code = "tool2", label = "Operating system",
    question = "Which operating system do you primarily use for development?",
    levels = { "GNU/Linux", "Windows", "OS X", "Android", "iOS", "Other" } },
  { id = "languages", code = "tool4can", kind = "multiple", label = "Programming languages",
    question = "What programming languages do you use at work? Please select all that apply.",
    options = scales.languages },
  { id = "member", code = "ukrse1", label = "Member of an RSE association",
    question = "Are you a member of an association of Research Software Developers (e.g. AUS-RSE, "
      .. "CANARIE, DE-RSE, NZ_RSE, UK RSE, …)?",
    levels = scales.yes_no },
  { id = "would_join", code = "org1can", label = "Would join an association",
    question = "Would you be interested in joining such an organisation?", levels = scales.yes_no,
    universe = "member = 'No'" },
  { id = "hopes", code = "org2can", kind = "multiple", label = "Hopes of an association",
    question = "What would you hope to get out of such an organisation (check all that apply)?",
    options = { "Networking", "Research collaborations", "Training",
      "Research software standards and interoperability definition", "Job opportunities" },
    universe = "would_join = 'Yes'" },
  { id = "conference", code = "ukrse12de",
    label = "Would attend a conference on software in academia",
    question = "Would you like to attend a conference about software development in academia?",
    levels = scales.yes_no },
  { id = "learned", code = "ukrse3", kind = "text", label = "How the skills were learned",
    question = "How did you learn the skills you need to become an Research Software Engineer / "
      .. "Research Software Developer?" },
  { id = "skills_wanted", code = "skill2", kind = "text", label = "Skills to acquire",
    question = "What three skills would you like to acquire or improve to help your work as a "
      .. "Research Software Engineer/ Research Software Developer? The skills can be technical "
      .. "and non-technical." },
  { id = "started", code = "startdate", kind = "date", label = "Start of the questionnaire",
    question = "Date started" },
}

-- ---- headers of the export ----------------------------------------------------------------------

local grid = {
  likert0 = "time1can time2can time3can time4can time5can",
  likert1 = "timeLike6zaf timeLike7zaf timeLike8zaf timeLike9zaf timeLike10zaf",
  likert2 = "open2de open3can",
  likert3 = "satisGen1 satisGen2",
  likert4 = "recog1 recog2 recog3",
  likert5 = "percEmp1 percEmp3 progRSE1 progRSE2 progRSE3 progRSE5",
}

-- ---- the wave before ----------------------------------------------------------------------------

-- How 2017 had it. Levels of 2017 and of 2018 ("here") are brought to a common scale. What has no
-- entry here was asked alike, or cannot be mapped; the engine says which.
local contracts2017 = {
  ["Permanent -- funded by University core funding"] = "Permanent",
  ["Permanent -- funded by Institution core funding"] = "Permanent",
  ["Permanent -- as long as funding is available"] = "Permanent",
  ["Fixed term -- as long as funding is available"] = "Fixed term",
  ["Fixed term -- funded by Institution core funding"] = "Fixed term",
  ["Freelancer, consultant, contractor"] = "Other", ["Agency staff"] = "Other",
  ["Zero hours contract"] = "Other", ["Research/Student Assistant"] = "Other",
}

-- Of a map of levels those that the form of 2017 had in a country.
local function offered2017(country, id, map)
  local levels = {}
  for _, item in ipairs(wave2017.book(country).items) do
    for _, level in ipairs(item.id == id and item.levels or {}) do
      local name = type(level) == "table" and level[1] or level
      levels[name] = map[name]
    end
  end
  return levels
end

local function fixed_and_permanent(country)
  return { ["2017"] = { levels = offered2017(country, "contract", contracts2017),
    here = { ["Permanent -- funded by Institution core funding"] = "Permanent",
      ["Permanent -- funded by project funds"] = "Permanent",
      ["Fixed term -- funded by Institution core funding"] = "Fixed term",
      ["Fixed term -- funded by project funds"] = "Fixed term",
      ["Freelancer, consultant, contractor"] = "Other", ["Agency staff"] = "Other",
      ["Zero hours contract"] = "Other", ["Research/Student Assistant"] = "Other" },
    note = "2018 told who pays apart, in other words than 2017" } }
end

local further2017 <const> = "Further Education (National Diploma, Advanced certificates, "
  .. "Higher Certificates, Advanced National (vocational) Certificate, ...)"

local mobile = { ["2017"] = { here = { Android = "Other", iOS = "Other" },
  note = "Android and iOS were Other in 2017" } }

local was = {
  uk = {
    education = { ["2017"] = { here = { GSCEs = "Other" }, note = "GSCEs were Other in 2017" } },
    organisation = { ["2017"] = {
      levels = { ["University - within an academic group"] = "University",
        ["University - within an IT service"] = "University",
        ["University - within an HPC group"] = "University",
        NGO = "Non-profit organization" },
      here = { NGO = "Non-profit organization" },
      note = "2017 told three places within a university apart" } },
    contract = fixed_and_permanent "uk",
    system = mobile,
    testing = { ["2017"] = {
      levels = { ["Developers conduct testing"] = "The developers do their own testing" },
      note = "users who test (2017) became users who give feedback (2018)" } },
  },
  us = {
    education = { ["2017"] = { levels = { ["Associate degree"] = "Other",
      ["High school graduate or GED"] = "Other" }, note = "two levels of 2017 became Other" } },
    organisation = { ["2017"] = {
      levels = {
        ["University (offering both undergraduate and graduate programs)"] = "University",
        ["College, including community colleges (offering undergraduate programs)"] = "Other",
        ["Other non-profit"] = "Non-profit organization",
        ["Other government agency"] = "Government" },
      here = { NGO = "Non-profit organization" },
      note = "a college had a level of its own in 2017" } },
    contract = fixed_and_permanent "us", system = mobile,
  },
  de = {
    education = { ["2017"] = { levels = { GSCEs = "Other" }, note = "GSCEs became Other" } },
    contract = fixed_and_permanent "de", system = mobile,
  },
  nl = { contract = fixed_and_permanent "nl" },
  zaf = {
    education = { ["2017"] = { levels = { ["Honours degree"] = "Undergraduate degree",
      [further2017] = "Further Education (NVQ A-Level, ...)" },
      note = "a South African honours degree had a level of its own in 2017" } },
    contract = fixed_and_permanent "za", system = mobile,
  },
}

-- Suffix of the columns -> the country as the item "country" has it; "world" is the rest.
local names = { de = "Germany", nl = "Netherlands", uk = "United Kingdom", us = "United States",
  zaf = "South Africa", nzl = "New Zealand", can = "Canada", aus = "Australia",
  world = "the rest of the world" }
local countries = { "de", "nl", "uk", "us", "zaf", "nzl", "can", "aus", "world" }

local wave = { year = "2018", title = "RSE survey 2018", entries = entries, grids = {},
  numbering = {}, was = was, population = {} }
for country, name in pairs(names) do
  wave.grids[country], wave.numbering[country] = grid, "SQ%03d"
  wave.population[country] = "people who write research software: " .. name
end

local variant = {}
for _, entry in ipairs(entries) do variant[entry.id] = entry.variants end

-- Who saw the variant of a country.
local function seen_by(country)
  if country ~= "world" then return ("country = '%s'"):format(names[country]) end
  local named = {}
  for place, other in ipairs(countries) do
    if other ~= "world" then named[place] = "'" .. names[other] .. "'" end
  end
  return ("country not in (%s)"):format(table.concat(named, ", "))
end

-- Adds the variants of a country as items of their own: "education_uk".
local function add_variants(items, country)
  for _, item in ipairs(build.book(wave, country).items) do
    if variant[item.id] then
      item.id, item.universe, item.was = item.id .. "_" .. country, seen_by(country), nil
      items[#items + 1] = item
    end
  end
end

-- The codebook of one country's respondents: its own variants are plain items, and those of the
-- others are described too, for they stand in the same file.
local function book(country)
  local made = build.book(wave, country)
  for _, other in ipairs(countries) do
    if other ~= country then add_variants(made.items, other) end
  end
  return made
end

-- The codebook of the file: every variant is an item of its own.
local function whole()
  local items = {}
  for _, item in ipairs(build.book(wave, "uk").items) do
    if not variant[item.id] then
      item.was = nil
      items[#items + 1] = item
    end
  end
  for _, country in ipairs(countries) do add_variants(items, country) end
  return { title = "RSE survey 2018, world", version = "2018", wave = "2018", lang = "en",
    population = "people who write research software", items = items }
end

return {
  countries = countries, names = names, whole = whole,
  book = book, own = function(country) return build.book(wave, country) end,
  codes = function(country) return build.codes(wave, country) end,
}
