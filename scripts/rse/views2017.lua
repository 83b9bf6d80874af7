--- Questions of the RSE survey of 2017, second part: satisfaction, and everything after it.
--
-- One entry a question, for six countries; build.lua explains the keys, wave2017.lua the forms.
-- Statements were rated in grids; the German form had ten steps for the questions of frequency.
local scales = require "scales"

return {
  -- ---- Satisfaction ------------------------------------------------------------------------
  { id = "informed_results", asked = "de nl uk us za", code = "perfCheck1", kind = "scale",
    label = "Informed of the results of the work",
    question = "Do you receive sufficient information on the results of your work?",
    levels = scales.often,
    by = {
      de = { levels = scales.ten },
    } },
  { id = "can_check", asked = "de nl uk us za", code = "perfCheck2", kind = "scale",
    label = "Can check how well one works",
    question = "Does your work give you the opportunity to check on how well you are doing your "
      .. "work?",
    levels = scales.often,
    by = {
      uk = {
        question = "Do you get the opportunity to check on how well you are doing your work?" },
      de = { levels = scales.ten },
    } },
  { id = "enough_data", asked = "de nl uk us za", code = "perfCheck3", kind = "scale",
    label = "Access to enough data and information",
    question = "In your work, do you have access to sufficient data and information?",
    levels = scales.often,
    by = {
      uk = { question = "Do you have access to sufficient data and information to do your work?" },
      de = { levels = scales.ten },
    } },
  { id = "informed_purpose", asked = "de nl uk us za", code = "perfCheck4", kind = "scale",
    label = "Informed of the purpose of the work",
    question = "Do you receive sufficient information on the purpose of your work?",
    levels = scales.often,
    by = {
      de = { levels = scales.ten },
    } },
  { id = "direct_feedback", asked = "de nl uk us za", code = "perfCheck5", kind = "scale",
    label = "The work gives direct feedback",
    question = "Does your work provide you with direct feedback on how well you are doing your "
      .. "work?",
    levels = scales.often,
    by = {
      uk = {
        question = "Does your work provide you with direct feedback on how well you are doing?" },
      de = { levels = scales.ten },
    } },
  { id = "manager_feedback", asked = "de nl uk us za", code = "perfCheck6", kind = "scale",
    label = "The manager says how well one works",
    question = "Does your supervisor/line manager inform you about how well you are doing your "
      .. "work?",
    levels = scales.often,
    by = {
      de = { levels = scales.ten },
    } },
  { id = "colleague_feedback", asked = "de nl uk us za", code = "perfCheck7", kind = "scale",
    label = "Colleagues say how well one works",
    question = "Do your colleagues inform you about how well you are doing your work?",
    levels = scales.often,
    by = {
      de = { levels = scales.ten },
    } },
  { id = "frustrated", asked = "de uk us za", code = "turnOver1", kind = "scale",
    label = "Frustrated about work goals",
    question = "How often do you feel frustrated when not given the opportunity to achieve your "
      .. "personal work-related goals?",
    levels = scales.often,
    by = {
      de = { levels = scales.ten },
    } },
  { id = "looks_forward", asked = "de nl uk us za", code = "turnOver2", kind = "scale",
    label = "Looks forward to work",
    question = "How often do you look forward to another day at work?", levels = scales.often,
    by = {
      de = { levels = scales.ten },
    } },
  { id = "considers_leaving", asked = "de uk us za", code = "turnOver3", kind = "scale",
    label = "Considers leaving the job", question = "How often do you consider leaving your job?",
    levels = scales.often,
    by = {
      de = { levels = scales.ten },
    } },
  { id = "dreams_of_job", asked = "de nl uk us za", code = "turnOver4", kind = "scale",
    label = "Dreams of another job",
    question = "How often do dream about getting another job that will better suit your needs?",
    levels = scales.often,
    by = {
      nl = {
        question = "How often do you dream about getting another job that will better suit your "
          .. "needs?" },
      uk = {
        question = "How often do you dream about getting another job that will better suit your "
          .. "needs?" },
      de = { levels = scales.ten },
    } },
  { id = "job_suits", asked = "de uk us za", code = "turnOver5", kind = "scale",
    label = "The job satisfies personal needs",
    question = "My current job satisfies my personal needs", levels = scales.agree },
  { id = "would_move", asked = "de uk us za", code = "turnOver6", kind = "scale",
    label = "Would take another job at the same pay",
    question = "I would accept another job at the same compensation level if I was offered it",
    levels = scales.agree },
  { id = "manager_confidence", asked = "de nl uk us za", code = "affRec1", kind = "scale",
    label = "Satisfied with the manager's confidence",
    question = "I am satisfied with my supervisor/line manager's confidence in me",
    levels = scales.agree },
  { id = "thanks", asked = "de uk us za", code = "affRec2", kind = "scale",
    label = "Satisfied with a word of thanks",
    question = "I am satisfied with a word of thanks from my supervisor/line manager",
    levels = scales.agree },
  { id = "recognition", asked = "de nl uk us za", code = "affRec3", kind = "scale",
    label = "Satisfied with recognition by the manager",
    question = "I am satisfied with the recognition I receive from my supervisor/line manager for "
      .. "doing my job",
    levels = scales.agree },
  { id = "compliments", asked = "de uk us za", code = "affRec4", kind = "scale",
    label = "Satisfied with compliments",
    question = "I am satisfied with the compliments from my supervisor/line manager concerning my "
      .. "work",
    levels = scales.agree },
  { id = "encouragement", asked = "de uk us za", code = "affRec5", kind = "scale",
    label = "Satisfied with encouragement",
    question = "I am satisfied with the encouragement from my supervisor/line manager while doing "
      .. "my job",
    levels = scales.agree },
  { id = "equivalent_job", asked = "de nl uk us za", code = "percEmp1", kind = "scale",
    label = "An equivalent job would be easy to get",
    question = "It would not be very difficult for me to get an equivalent job in a different "
      .. "organisation",
    levels = scales.agree,
    by = {
      us = {
        question = "It would not be very difficult for me to get an equivalent job in a different "
          .. "organization" },
    } },
  { id = "organisations_offer", asked = "de nl uk us za", code = "percEmp2", kind = "scale",
    label = "Organisations would offer a job",
    question = "I can think of a number of organisations that would probably offer me a job",
    levels = scales.agree,
    by = {
      us = {
        question = "I can think of a number of organizations that would probably offer me a job" },
    } },
  { id = "in_demand", asked = "de nl uk us za", code = "percEmp3", kind = "scale",
    label = "Experience is in demand",
    question = "My experience is in demand on the labour market", levels = scales.agree,
    by = {
      us = { question = "My experience is in demand on the labor market" },
    } },
  { id = "new_job_easy", asked = "de nl uk us za", code = "percEmp4", kind = "scale",
    label = "A new job would not be hard to get",
    question = "Given my qualifications and experience, getting a new job would not be very hard "
      .. "at all",
    levels = scales.agree },
  { id = "enjoys_job", asked = "de nl uk us za", code = "affSat1", kind = "scale",
    label = "Finds real enjoyment in the job", question = "I find real enjoyment in my job",
    levels = scales.agree },
  { id = "enthusiastic", asked = "de nl uk us za", code = "affSat2", kind = "scale",
    label = "Enthusiastic about the job most days",
    question = "Most days I am enthusiastic about my job", levels = scales.agree },
  { id = "satisfied_job", asked = "de uk us za", code = "affSat3", kind = "scale",
    label = "Feels satisfied with the job", question = "I feel fairly well satisfied with my job",
    levels = scales.agree,
    by = {
      uk = { question = "I feel satisfied with my job" },
    } },
  { id = "likes_job", asked = "de uk us za", code = "affSat4", kind = "scale",
    label = "Likes the job better than the average person",
    question = "I like my job better than the average person", levels = scales.agree,
    by = {
      uk = { question = "I like my job more than average" },
    } },
  { id = "promotion_likely", asked = "de nl us za", code = "progRSE1", kind = "scale",
    label = "A promotion within the group is likely",
    question = "It is likely that I will gain a promotion within my current group",
    levels = scales.agree },
  { id = "promotion_clear", asked = "de nl us za", code = "progRSE2", kind = "scale",
    label = "The process of promotion is clear",
    question = "The process I have to complete to gain a promotion is clear and understandable",
    levels = scales.agree },
  { id = "opportunities", asked = "de nl us za", code = "progRSE3", kind = "scale",
    label = "Many opportunities in the career plan",
    question = "There are many opportunities within my chosen career plan", levels = scales.agree },
  { id = "integral_position", asked = "de nl us za", code = "progRSE4", kind = "scale",
    label = "The position is part of the career plan",
    question = "My current position is an integral part of my career plan", levels = scales.agree },
  { id = "next_rse", asked = "de nl us za", code = "progRSE5", kind = "scale",
    label = "The next position will be an RSE role",
    question = "It is likely that my next position will be an RSE role", levels = scales.agree },
  { id = "satisfied_position", asked = "de nl uk us za", code = "satisgen1", kind = "scale",
    label = "Satisfaction with the position",
    question = "In general, how satisfied are you with Your current position",
    levels = scales.satisfied,
    by = {
      uk = { code = "satisGen1", column = "satisGen1[SQ001]" },
      za = { code = "satisGen1",
        question = "In general, how satisfied are you with your current position" },
    } },
  { id = "satisfied_career", asked = "de nl uk us za", code = "satisgen2", kind = "scale",
    label = "Satisfaction with the career",
    question = "In general, how satisfied are you with Your career", levels = scales.satisfied,
    by = {
      uk = { code = "satisGen2", column = "satisGen1[SQ002]" },
      za = { code = "satisGen2", question = "In general, how satisfied are you with your career" },
    } },

  -- ---- Social and other --------------------------------------------------------------------
  { id = "gender", asked = "de uk", code = "socio2", label = "Gender",
    question = "Please select your gender", levels = scales.gender },
  { id = "age", asked = "de uk", code = "socio3", kind = "scale", label = "Age",
    question = "Please select your age", levels = scales.age },
  { id = "system", asked = "ca de uk us za", code = "tool2", label = "Operating system",
    question = "What Operating System do you prefer to use at work?", levels = scales.systems,
    by = {
      ca = { question = "What is your Operating System of choice for development?" },
    } },
  { id = "system_deployment", asked = "ca", code = "tool3_can",
    label = "Operating system of deployment",
    question = "What is your Operating System of choice for deployment?",
    levels = { "GNU/Linux", "Windows", { "OS X", codes = "Mac OS" }, "iOS", "Android", "Other" } },
  { id = "languages", asked = "de uk us za", code = "tool4can", kind = "multiple",
    label = "Programming languages",
    question = "What programming languages do you use at work? (Select as many as apply)",
    options = scales.languages_us,
    by = {
      de = { options = scales.languages },
      uk = { options = scales.languages_uk },
    } },
  { id = "languages_text", asked = "ca", code = "tool4_can", kind = "text",
    label = "Programming languages, as written",
    question = "What programming languages do you use in developing research software? Please "
      .. "list in order, beginning with most frequently used." },
  { id = "member", asked = "de nl uk us za", code = "ukrse1",
    label = "Member of an RSE association",
    question = "Are you a member of the UK RSE Association? (Members are people who have signed "
      .. "up to the UK RSE mailing list)",
    levels = scales.yes_no,
    by = {
      de = { code = "ukrse10de",
        question = "Are you a member of the de-RSE initiative? (Members are people who have "
          .. "signed up to the de-RSE mailing list, http://www.de-rse.org/en/join.html)" },
      nl = {
        question = "Are you a member of the NL-RSE Association? (Members are people who have "
          .. "signed up to the NL-RSE mailing list)" },
      uk = {
        question = "Are you a member of the UK RSE Association? (Members are people who have "
          .. "signed up to the UK RSE mailing list at www.rse.ac.uk)" },
    } },
  { id = "meets", asked = "de nl uk us za", code = "ukrse2", kind = "multiple",
    label = "How one meets other RSEs", question = "How do you meet other RSEs?",
    options = { "UK RSE Association", "Local RSE group/network", "N/A" },
    by = {
      de = {
        options = { "UK RSE Association (http://rse.ac.uk/)",
          "DE-RSE Community (http://de-rse.org)", "Local RSE group/network", "N/A" } },
      nl = {
        options = { "UK RSE Association / Conference", "NL-RSE Association",
          "Local group/network", "N/A" } },
      za = {
        options = { "UK RSE Association", "N/A" } },
    } },
  { id = "would_join", asked = "ca za", code = "org1can", label = "Would join an association",
    question = "Would you be interested in joining such an organisation if one was formed in "
      .. "South Africa?",
    levels = scales.yes_no,
    by = {
      ca = { code = "org1_can",
        question = "Would you be interested in joining such an organization if one was formed in "
          .. "Canada?" },
      za = { universe = "member = 'No'" },
    } },
  { id = "hopes", asked = "ca za", code = "org2can", kind = "multiple",
    label = "Hopes of an association",
    question = "What would you hope to get out of such an organisation (check all that apply)?",
    options = { "Networking", "Software collaborations", "Research collaborations", "Training",
      "Research software standards and interoperability definition", "Job opportunities" },
    universe = "would_join = 'Yes'",
    by = {
      ca = { code = "org2_can",
        question = "What would you hope to get out of such an organization?",
        options = { "Networking", "Software collaborations", "Research collaborations",
          "Training", "Research software standards and interoperability", "Job opportunities" } },
    } },
  { id = "conference", asked = "de", code = "ukrse12de",
    label = "Would attend a conference on software in academia",
    question = "Would you like to visit a conference about software development in academia in "
      .. "Germany?",
    levels = scales.yes_no },
  { id = "conference_contact", asked = "de", code = "ukrse13de",
    label = "May be written to about the conference",
    question = "We may contact you for a possible conference announcement via email. If you allow "
      .. "then please add your email address here: https://goo.gl/WizV7d",
    levels = scales.yes_no, universe = "conference = 'Yes'" },
  { id = "better_title", asked = "de", code = "ukrse11de", kind = "text",
    label = "A better title than RSE",
    question = "Do you know a better job title/role than RSE which summarizes all kinds of "
      .. "activities realated to academic software creation?" },
  { id = "learned", asked = "de uk us za", code = "ukrse3", kind = "text",
    label = "How the skills were learned",
    question = "How did you learn the skills you need to become an RSE?" },
  { id = "skills_wanted", asked = "ca de us za", code = "skill2", kind = "text",
    label = "Skills to acquire",
    question = "What three skills would you like to acquire or improve to help your work as a "
      .. "Research Software Engineer? The skills can be technical and non-technical.",
    by = {
      ca = {
        question = "What three skills would you like to acquire or improve to help your work as a "
          .. "Research Software Developer? These skills can be technical and non-technical." },
    } },
  { id = "skills_wanted_1", asked = "uk", code = "skill2[SQ001]", kind = "text",
    label = "Skills to acquire",
    question = "What skills would you like to acquire or improve to help your work as a Research "
      .. "Software Engineer? The skills can be technical and non-technical. [Skill 1]" },
  { id = "skills_wanted_2", asked = "uk", code = "skill2[SQ2]", kind = "text",
    label = "Skills to acquire",
    question = "What skills would you like to acquire or improve to help your work as a Research "
      .. "Software Engineer? The skills can be technical and non-technical. [Skill 2]" },
  { id = "skills_wanted_3", asked = "uk", code = "skill2[SQ3]", kind = "text",
    label = "Skills to acquire",
    question = "What skills would you like to acquire or improve to help your work as a Research "
      .. "Software Engineer? The skills can be technical and non-technical. [Skill 3]" },
  { id = "skills_needed", asked = "ca", code = "skill1", kind = "text",
    label = "Skills an RSE must have",
    question = "In your opinion, what are the three most important skills that a Research "
      .. "Software Developer must possess? These skills can be technical and non-technical." },
  { id = "tools", asked = "ca", code = "tool1", kind = "text", label = "Tools used most",
    question = "What are the three tools or services you use most often in your software work?" },
  { id = "project_tools", asked = "za", code = "tool1zaf", kind = "text",
    label = "Tools to manage projects",
    question = "What are your three (3) favourite tools to manage project deliverables, keep "
      .. "track of progress, communicate with your project group(s)? (Please wirte a comma "
      .. "separated list, eg: Slack, Trello, Google Wave)" },
}
